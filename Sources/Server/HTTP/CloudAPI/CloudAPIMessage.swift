import Platform
import PluginKit

/// The body of `POST /{phone_number_id}/messages`, read as Meta reads it (Cloud API, "messages").
///
/// What Meta does not know it passes over, so that is done here too; what it knows is checked, and the first parameter that is not
/// right is named.
struct CloudAPIMessage {
    /// As the caller wrote it.
    let address: String
    let isPhone: Bool
    private(set) var content: MessageContent
    /// What the message answers, as the caller names it.
    let answered: String?

    init(_ body: JSON) throws(PlatformError) {
        guard try Self.text("messaging_product", body) == "whatsapp" else {
            throw PlatformError.invalid("messaging_product", "must be whatsapp")
        }
        try Self.refuseMarks(body)
        guard ["individual", nil].contains(try Self.text("recipient_type", body)) else {
            throw PlatformError.invalid("recipient_type", "can be individual")
        }
        // `to` precedes `recipient` when both are there.
        let to = try Self.text("to", body)
        let user = try Self.text("recipient", body)
        guard let address = to ?? user else {
            throw PlatformError.invalid("to", "this is missing; give a phone number, or a recipient")
        }
        self.address = address
        isPhone = to != nil
        content = try Self.content(body)
        if let context = try Self.object("context", body) {
            guard let id = try Self.text("message_id", context, path: AnsweredMessage.path) else {
                throw PlatformError.invalid(
                    AnsweredMessage.path, "this is missing; give the id of the message that is answered")
            }
            answered = id
        } else {
            answered = nil
        }
    }

    var recipient: RecipientReference {
        .identity(kind: isPhone ? .phone : .businessScopedUser, address: Personal(address))
    }

    /// The content with its context as the messenger takes it: our own id is looked up, the messenger's is passed on.
    func answering(_ caller: Caller, _ reading: ReadingService) async throws -> MessageContent {
        guard let answered else { return content }
        var answer = content
        if answered.hasPrefix("wamid.") {
            answer.context = ["message_id": .string(answered)]
            return answer
        }
        guard let id = MessageID(answered) else {
            throw PlatformError.invalid(
                AnsweredMessage.path, "give the id of a message: wamid.…, or the id that sending it returned")
        }
        do {
            answer.context = try await AnsweredMessage.context(id, caller, reading)
        } catch let error as PlatformError where error.code == .notFound {
            throw PlatformError.invalid(AnsweredMessage.path, "there is no such message")
        }
        return answer
    }

    /// Read marks and typing indicators go to the same route; saying that they were done, when they were not, would be a lie.
    private static func refuseMarks(_ body: JSON) throws(PlatformError) {
        guard let status = try text("status", body) else { return }
        throw PlatformError.invalid(
            "status",
            status == "read" ? "marking a message as read is not supported yet; leave it out" : "can be read")
    }

    private static func content(_ body: JSON) throws(PlatformError) -> MessageContent {
        let type = try text("type", body) ?? "text"
        guard SendingService.types.contains(type) else {
            throw PlatformError.invalid("type", "can be one of \(SendingService.types.joined(separator: ", "))")
        }
        guard let fields = try object(type, body) else {
            throw PlatformError.invalid(type, "this is missing; give an object")
        }
        return MessageContent(type: type, fields: fields)
    }

    private static func text(_ name: String, _ object: JSON, path: String? = nil) throws(PlatformError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else {
            throw PlatformError.invalid(path ?? name, "expected text, found \(value.kind)")
        }
        return text
    }

    private static func object(_ name: String, _ body: JSON) throws(PlatformError) -> JSON? {
        guard let value = body[name], !value.isNull else { return nil }
        guard value.object != nil else { throw PlatformError.invalid(name, "expected an object, found \(value.kind)") }
        return value
    }
}
