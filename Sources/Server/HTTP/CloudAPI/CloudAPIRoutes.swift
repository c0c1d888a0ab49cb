import Crypto
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/v{N}.0`: the shape of Meta's Cloud API, for clients that were made for it. The same key, gate and queue as `/api/v1`.
struct CloudAPIRoutes: Sendable {
    let installation: Installation
    let access: Access

    func add(to router: Router<RequestScope>) {
        let send = access.tenant(.messagesWrite, send)
        router.post(":version/:number/messages") { request, scope in
            guard CloudAPIErrors.speaks(request.uri.path) else { throw HTTPError(.notFound) }
            return try await send(request, scope)
        }
    }

    @Sendable func send(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let number = try scope.parameters.require("number")
        guard let channel = try await installation.reading.channels(caller).first(where: { $0.address == number })
        else {
            throw CloudAPIErrors.unknownNumber
        }
        let bytes = try await request.jsonBytes()
        let body = try Request.object(bytes)
        guard body["messaging_product"]?.string == "whatsapp" else {
            throw PlatformError.invalid("messaging_product", "must be whatsapp")
        }
        let type = body["type"]?.string ?? "text"
        let recipient: RecipientReference
        if let user = body["recipient"]?.string {
            recipient = .identity(kind: .businessScopedUser, address: Personal(user))
        } else if let to = body["to"]?.string {
            recipient = .identity(kind: .phone, address: Personal(to))
        } else {
            throw PlatformError.invalid("to", "this is missing; give a phone number, or a recipient")
        }
        var content = MessageContent(type: type, fields: body[type] ?? .null)
        if let answered = body["context"]?["message_id"] { content.context = ["message_id": answered] }
        let purpose = HTTPField.Name("X-Obhut-Purpose").flatMap { request.headers[$0] } ?? "service"
        let receipt = try await installation.sending.send(
            caller,
            SendRequest(
                recipient: recipient, channel: channel.id, purpose: purpose, content: content,
                idempotencyKey: request.headers[TenantRoutes.idempotencyKey],
                requestHash: Array(SHA256.hash(data: bytes)),
                route: "cloud-api/\(number)"))
        let input = body["to"]?.string ?? body["recipient"]?.string ?? ""
        let contact: JSON =
            body["to"] == nil
            ? ["input": .string(input), "user_id": .string(input)]
            : ["input": .string(input), "wa_id": .string(input.filter(\.isNumber))]
        return
            ([
                "messaging_product": "whatsapp", "contacts": [contact],
                "messages": [["id": .id(receipt.message), "message_status": "accepted"]],
            ] as JSON).response()
    }
}
