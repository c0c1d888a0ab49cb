import Crypto
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/v{N}.0`: the shape of Meta's Cloud API, for clients that were made for it. The same key, gate and queue as `/api/v1`.
struct CloudAPIRoutes: Sendable {
    let installation: Installation

    func add(to surface: Surface) {
        surface.tenant(
            .post, "{version}/{number}/messages", .messagesWrite, Self.reference,
            when: { CloudAPIErrors.speaks($0.uri.path) }, use: send)
    }

    private static let reference = OperationReference(
        "sendMetaMessage", "Sends a message as Meta's Cloud API takes it.", body: .named("MetaMessage"),
        answers: .named("MetaReceipt")
    ).repeatable

    @Sendable func send(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let number = try scope.parameters.require("number")
        guard let channel = try await installation.reading.channels(caller).first(where: { $0.address == number })
        else {
            throw CloudAPIErrors.unknownNumber
        }
        let bytes = try await request.jsonBytes()
        let message = try CloudAPIMessage(try Request.object(bytes))
        let content = try await message.answering(caller, installation.reading)
        let receipt = try await installation.sending.send(
            caller,
            SendRequest(
                recipient: message.recipient, channel: channel.id,
                purpose: MessagePurpose.of(stated: Self.purpose(request), content),
                content: content,
                idempotencyKey: request.headers[.idempotencyKey],
                requestHash: Array(SHA256.hash(data: bytes)), route: "cloud-api/\(number)"))
        let contact: JSON = [
            "input": .string(message.address),
            message.isPhone ? "wa_id" : "user_id":
                .string(message.isPhone ? message.address.filter(\.isNumber) : message.address),
        ]
        let answer: JSON = [
            "messaging_product": "whatsapp", "contacts": [contact],
            "messages": [["id": .id(receipt.message), "message_status": "accepted"]],
        ]
        return answer.response()
    }

    /// Meta's API knows no purposes; a client that can add a header can name one.
    private static func purpose(_ request: Request) -> String? {
        HTTPField.Name("X-Obhut-Purpose").flatMap { request.headers[$0] }
    }
}
