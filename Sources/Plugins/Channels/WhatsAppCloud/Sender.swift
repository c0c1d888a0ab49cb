import Outbound
import PluginKit

/// `POST /{phone_number_id}/messages` (Cloud API, "messages").
struct Sender {
    let connection: ChannelConnection

    func deliver(_ message: OutboundMessage) async -> DeliveryOutcome {
        guard let body = Self.body(message) else {
            return .giveUp(ChannelFault(code: "no_address", message: "The person has no WhatsApp address in use."))
        }
        let request = OutboundRequest(
            method: "POST", url: connection.graph("\(connection.address)/messages"),
            headers: [connection.authorization, ("Content-Type", "application/json")], body: body.encoded(),
            timeout: .seconds(15), maxResponseBytes: 256 * 1024)
        do throws(OutboundError) {
            return Self.outcome(try await connection.http.send(request))
        } catch {
            let fault = ChannelFault(code: "connection", message: "Meta could not be reached: \(error.kind).")
            // What certainly never left can go again; anything else may have arrived.
            return error.beforeSending ? .retry(fault) : .unclear(fault)
        }
    }

    /// - Returns: nil when no identity of the person can be sent to.
    static func body(_ message: OutboundMessage) -> JSON? {
        var body = JSONObject([("messaging_product", "whatsapp"), ("recipient_type", "individual")])
        if let phone = message.recipient.first(where: { $0.kind == .phone }) {
            body["to"] = .string(phone.address.revealed)
        } else if let user = message.recipient.first(where: { $0.kind == .businessScopedUser })
            ?? message.recipient.first(where: { $0.kind == .parentBusinessScopedUser })
        {
            body["recipient"] = .string(user.address.revealed)
        } else {
            return nil
        }
        body["type"] = .string(message.content.type)
        body[message.content.type] = message.content.fields
        if let answered = message.content.context?["message_id"] { body["context"] = ["message_id": answered] }
        body["biz_opaque_callback_data"] = .string(message.reference)
        return .object(body)
    }

    static func outcome(_ response: OutboundResponse) -> DeliveryOutcome {
        let answer = try? JSON(parsing: response.body)
        if (200..<300).contains(response.status) {
            guard let id = answer?["messages"]?.array?.first?["id"]?.string, !id.isEmpty else {
                return .unclear(ChannelFault(code: "answer", message: "Meta's answer names no message."))
            }
            let address = answer?["contacts"]?.array?.first?["wa_id"]?.string
            return .accepted(providerID: Personal(id), recipient: address.map { Identity(.phone, $0) })
        }
        if let error = answer.flatMap(GraphError.init(answer:)) { return error.outcome(httpStatus: response.status) }
        let fault = ChannelFault(
            code: "http_\(response.status)", message: "Meta answered with HTTP status \(response.status).")
        switch response.status {
        case 401, 403: return .stopChannel(fault)
        case 429: return .wait(fault, scope: .channel)
        // Something between here and Meta answered, perhaps after Meta had taken the message.
        case 500...: return .unclear(fault)
        default: return .giveUp(fault)
        }
    }
}
