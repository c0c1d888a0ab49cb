internal import Crypto
internal import PluginKit

extension Routes {
    /// Milliseconds for which a download URL is good.
    static let linkLifetime = 5 * 60_000

    /// `POST /{phone_number_id}/media`, multipart.
    func upload(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        _ = try number(id, call)
        guard let form = MultipartForm(call.body, contentType: call.contentType) else {
            throw GraphError(100, details: "The body is not multipart/form-data.")
        }
        guard form["messaging_product"]?.text == "whatsapp" else { throw .missing("messaging_product") }
        guard let file = form["file"] else { throw .missing("file") }
        guard let type = form["type"]?.text ?? file.contentType else { throw .missing("type") }
        guard let limit = Media.limit(of: type) else {
            throw GraphError(100, details: "Param file must be a file of a supported type; it was \(type).")
        }
        guard !file.bytes.isEmpty, file.bytes.count <= limit else {
            throw GraphError(131053, details: "A file of type \(type) has 1 to \(limit) bytes.")
        }
        let hash = EscapedJSON.hexadecimal(SHA256.hash(data: file.bytes))
        let mediaID = Wamid.objectID()
        try await sandbox.change { state, now throws(GraphError) in
            state.record(
                .media(Media(id: mediaID, numberID: id, type: type, sha256: hash, bytes: file.bytes, at: now)))
        }
        return SandboxReply(["id": .string(mediaID)])
    }

    /// `GET /{media_id}`
    func mediaFacts(_ id: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let file = try media(id, call)
        let expiry = Sandbox.now + Self.linkLifetime
        let query = "mid=\(id)&ext=\(expiry)&hash=\(linkHash(file, expiry))"
        return SandboxReply([
            "messaging_product": "whatsapp",
            "url": .string("http://\(call.host)/whatsapp_business/attachments/?\(query)"),
            "mime_type": .string(file.type), "sha256": .string(file.sha256),
            "file_size": JSON(integerLiteral: file.bytes.count), "id": .string(id),
        ])
    }

    /// `GET` of the URL in a media file's facts; needs the token too.
    func download(_ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let id = call.query["mid"] ?? ""
        let file = try media(id, call)
        guard let expiry = call.query["ext"].flatMap({ Int($0) }), expiry > Sandbox.now,
            call.query["hash"] == linkHash(file, expiry)
        else { throw GraphError(100, status: 404, message: "The URL has expired.") }
        return SandboxReply(bytes: file.bytes, contentType: file.type)
    }

    /// `DELETE /{media_id}`
    func deleteMedia(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        _ = try media(id, call)
        try await sandbox.change { state, _ throws(GraphError) in state.record(.mediaGone(id: id)) }
        return .success
    }

    /// - Throws: 100/33 when it is not there, too old, or another WABA's.
    private func media(_ id: String, _ call: SandboxCall) throws(GraphError) -> Media {
        let now = Sandbox.now
        return try sandbox.look { state throws(GraphError) in
            let allowed = try state.authorise(call.token)
            guard let file = state.media[id], now - file.at < Media.lifetime,
                let waba = state.numbers[file.numberID]?.wabaID,
                allowed.contains(where: { state.numbers[$0]?.wabaID == waba })
            else { throw .unknownObject(id, method: call.method) }
            return file
        }
    }

    private func linkHash(_ file: Media, _ expiry: Int) -> String {
        EscapedJSON.hexadecimal(SHA256.hash(data: Array("\(file.id)|\(file.sha256)|\(expiry)".utf8)).prefix(16))
    }
}
