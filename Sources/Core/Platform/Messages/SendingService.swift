import PluginKit
import Postgres

/// Takes messages from tenants.
public struct SendingService: Sendable {
    let directory: RegionDirectory
    let plugins: PluginRegistry
    let batches: [ShardID: GroupCommit<SendItem, SendReceipt>]
    let wake: @Sendable (ShardID) -> Void

    public static let textLimit = 4096
    /// The types of message that can be sent.
    public static let types = ["text", "image", "video", "audio", "document", "sticker"]

    /// Asks the gate, then stores and queues the message. Returns when it is durable.
    /// - Throws: `PlatformError` with the gate's refusal, or what is wrong with the request.
    public func send(_ caller: Caller, _ request: SendRequest) async throws -> SendReceipt {
        try Self.check(request)
        if case .identity(let kind, let address) = request.recipient,
            !plugins.channels.values.contains(where: { $0.normalise(kind, address.revealed) != nil })
        {
            throw PlatformError.invalid("to.\(kind)", PhoneNumber.problem(kind.description, address.revealed))
        }
        guard let batch = batches[caller.shard] else {
            _ = try directory.shard(caller.shard); throw PlatformError.notFound("shard")
        }
        // Under the tenant's key: whoever holds a dump must not be able to try out what a request may have said.
        let index = try await directory.shard(caller.shard).keys.keys(of: caller.tenant).index
        var request = request
        request.requestHash = index.index("idempotency/request", request.requestHash)
        let key = request.idempotencyKey.map { index.index("idempotency/key", $0) }
        let receipt = try await batch.submit(SendItem(caller: caller, request: request, idempotencyHash: key))
        if !receipt.replayed { wake(caller.shard) }
        return receipt
    }

    /// - Throws: `.invalid` for what is no word of a tenant's for a purpose.
    static func check(purpose word: String, at path: String) throws(PlatformError) {
        let isWord =
            word.count <= 64 && word.first?.isLetter == true
            && word.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_" || $0 == "-") }
        guard isWord else { throw PlatformError.invalid(path, "use a word of a-z, 0-9, _ and -, such as service") }
        if ReservedPurpose.all.contains(word) {
            throw PlatformError.invalid(path, "this word is reserved; use one of the tenant's purposes")
        }
    }

    private static func check(_ request: SendRequest) throws {
        try check(purpose: request.purpose, at: "purpose")
        if let key = request.idempotencyKey { _ = try IdempotencyKey(key) }
        switch request.content.type {
        case "text":
            guard let body = request.content.fields["body"]?.string, !body.isEmpty else {
                throw PlatformError.invalid("text.body", "say what the message says")
            }
            guard body.count <= textLimit else {
                throw PlatformError.invalid("text.body", "at most \(textLimit) characters; this has \(body.count)")
            }
            if let preview = request.content.fields["preview_url"], preview.bool == nil {
                throw PlatformError.invalid("text.preview_url", "expected true or false, found \(preview.kind)")
            }
        case "image", "video", "audio", "document", "sticker":
            guard let id = request.content.fields["id"]?.string, !id.isEmpty else {
                throw PlatformError.invalid("\(request.content.type).id", "name a media object by the messenger's id")
            }
        default:
            throw PlatformError.invalid("type", "can be one of \(types.joined(separator: ", "))")
        }
    }
}
