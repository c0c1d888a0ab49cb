internal import Crypto
internal import Foundation
internal import PluginKit

/// What people do with their phones.
extension SandboxState {
    /// A person writes to a number.
    /// - Parameters:
    ///   - address: the handset's number or user id.
    ///   - body: `to`, `type` and the member of that name; a text may stand in `body`.
    /// - Returns: the message's id.
    mutating func write(from address: String, _ body: JSON, now: Int) throws(GraphError) -> String {
        guard let key = handsetKey(address) else {
            throw GraphError(100, details: "The handset's address is malformed.")
        }
        guard let to = body["to"]?.string else { throw .missing("to") }
        guard let number = number(addressed: to) else { throw .unknownObject(to, method: "post") }
        let handset = updatedHandset(key, from: body)
        let type = body["type"]?.string ?? "text"
        var content = body[type] ?? .null
        if type == "text", let text = body["body"]?.string { content = ["body": .string(text)] }
        guard !content.isNull || ["unsupported", "request_welcome"].contains(type) else { throw .missing(type) }
        content = keepingMedia(content, number: number, now: now)
        let message = StoredMessage(
            id: Wamid.make(for: handset.number ?? handset.userID), direction: .fromHandset, numberID: number.id,
            handsetKey: key, from: handset.number ?? handset.userID, to: number.digits, type: type, content: content,
            at: now, context: context(body["context"]), state: .sent)
        record(.message(message))
        enqueue(WebhookValues.message(message, from: handset, to: number), number: number, now: now)
        return message.id
    }

    /// `PUT /handsets/{number}`. Coming online delivers what was held back.
    mutating func configureHandset(_ address: String, _ body: JSON, now: Int) throws(GraphError) -> Handset {
        guard let key = handsetKey(address) else {
            throw GraphError(100, details: "The handset's address is malformed.")
        }
        let handset = updatedHandset(key, from: body)
        if handset.isOnline {
            for id in held[key, default: []] {
                guard let message = messages[id], let number = numbers[message.numberID] else { continue }
                record(.messageState(id: id, .delivered))
                tell(
                    .delivered, of: message, at: now, handset: handset, number: number, category: category(of: message))
            }
        }
        return handset
    }

    /// The person looks at a message. Saying so twice tells the business once.
    mutating func read(_ messageID: String, on address: String, now: Int) throws(GraphError) {
        guard let key = handsetKey(address), let message = messages[messageID], message.handsetKey == key,
            message.direction == .toHandset, message.state != .failed, let number = numbers[message.numberID]
        else { throw .unknownObject(messageID, method: "post") }
        guard message.state != .read else { return }
        record(.messageState(id: messageID, .read))
        tell(.read, of: message, at: now, handset: handset(key), number: number, category: category(of: message))
    }

    /// The newest messages of a handset, oldest first.
    func thread(_ address: String, limit: Int?) throws(GraphError) -> [StoredMessage] {
        guard let key = handsetKey(address) else {
            throw GraphError(100, details: "The handset's address is malformed.")
        }
        let ids = threads[key, default: []]
        return ids.suffix(limit ?? ids.count).compactMap { messages[$0] }
    }

    private mutating func updatedHandset(_ key: String, from body: JSON) -> Handset {
        let old = handset(key)
        var new = old
        new.update(from: body)
        if new != old { record(.handset(new)) }
        return new
    }

    private func category(of message: StoredMessage) -> String {
        guard message.type == "template" else { return "service" }
        let waba = numbers[message.numberID]?.wabaID ?? ""
        let match = templates[waba, default: []].first { $0["name"] == message.content["name"] }
        return (match?["category"]?.string ?? "UTILITY").lowercased()
    }

    /// A reply's context as webhooks show it: who wrote the message replied to, and its id.
    private func context(_ given: JSON?) -> JSON? {
        guard let id = given?["message_id"]?.string else { return given }
        return ["from": .string(messages[id]?.from ?? ""), "id": .string(id)]
    }

    /// A picture given as `data_base64` becomes a stored file that the business fetches by its id.
    private mutating func keepingMedia(_ content: JSON, number: PhoneNumber, now: Int) -> JSON {
        guard var object = content.object, let data = object["data_base64"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return content }
        let type = object["mime_type"]?.string ?? "application/octet-stream"
        let file = Media(
            id: Wamid.objectID(), numberID: number.id, type: type,
            sha256: EscapedJSON.hexadecimal(SHA256.hash(data: data)), bytes: Array(data), at: now)
        record(.media(file))
        object["data_base64"] = nil
        object["mime_type"] = .string(type)
        object["sha256"] = .string(Data(SHA256.hash(data: data)).base64EncodedString())
        object["id"] = .string(file.id)
        return .object(object)
    }
}
