internal import Crypto
internal import PluginKit

/// The `value` of the changes Meta tells, field by field as its webhook reference shows them.
enum WebhookValues {
    static func message(_ message: StoredMessage, from handset: Handset, to number: PhoneNumber) -> JSON {
        var object = JSONObject()
        if !handset.hidesPhone { object["from"] = handset.number.map { .string($0) } }
        object["from_user_id"] = .string(handset.userID)
        object["from_parent_user_id"] = handset.parentUserID.map { .string($0) }
        object["id"] = .string(message.id)
        object["timestamp"] = .string(message.seconds)
        object["context"] = message.context
        object[message.type] = message.content
        object["type"] = .string(message.type)
        return value(number, [("contacts", [handset.contact]), ("messages", [.object(object)])])
    }

    /// - Parameters:
    ///   - at: milliseconds since 1970.
    ///   - errorCode: why it failed.
    static func status(
        _ status: StoredMessage.State, of message: StoredMessage, at: Int, errorCode: Int?, handset: Handset,
        number: PhoneNumber, category: String
    ) -> JSON {
        var object = JSONObject([
            ("id", .string(message.id)), ("status", .string(status.rawValue)),
            ("timestamp", .string(String(at / 1000))),
        ])
        if !(message.isByUserID && handset.hidesPhone) {
            object["recipient_id"] = handset.number.map { .string($0) }
        }
        object["recipient_user_id"] = .string(handset.userID)
        object["parent_recipient_user_id"] = handset.parentUserID.map { .string($0) }
        object["biz_opaque_callback_data"] = message.opaque.map { .string($0) }
        if let errorCode {
            let title = GraphError.title(of: errorCode)
            object["errors"] = [
                [
                    "code": JSON(integerLiteral: errorCode), "title": .string(title), "message": .string(title),
                    "error_data": ["details": .string(details(of: errorCode))],
                    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
                ]
            ]
        } else if status != .read {
            addBilling(to: &object, status: status, message: message, category: category)
        }
        return value(number, [("statuses", [.object(object)])])
    }

    static func templateStatus(_ event: String, id: String, name: String, language: String) -> JSON {
        [
            "event": .string(event), "message_template_id": .number(id), "message_template_name": .string(name),
            "message_template_language": .string(language), "reason": "NONE",
        ]
    }

    private static func addBilling(
        to object: inout JSONObject, status: StoredMessage.State, message: StoredMessage, category: String
    ) {
        let isService = category == "service"
        let day = message.at / 86_400_000
        let key = "\(message.numberID)|\(message.handsetKey)|\(day)|\(category)"
        let id = EscapedJSON.hexadecimal(SHA256.hash(data: Array(key.utf8)).prefix(16))
        var conversation = JSONObject([("id", .string(id))])
        if status == .sent { conversation["expiration_timestamp"] = .string(String(message.at / 1000 + 86_400)) }
        conversation["origin"] = ["type": .string(category)]
        object["conversation"] = .object(conversation)
        object["pricing"] = [
            "billable": .bool(!isService), "pricing_model": "PMP", "category": .string(category),
            "type": isService ? "free_customer_service" : "regular",
        ]
    }

    private static func details(of code: Int) -> String {
        switch code {
        case 131047:
            "Message failed to send because more than 24 hours have passed since the customer last replied to this "
                + "number."
        case 131026: "Message undeliverable."
        default: GraphError.title(of: code)
        }
    }

    private static func value(_ number: PhoneNumber, _ members: [(String, JSON)]) -> JSON {
        var object = JSONObject([
            ("messaging_product", "whatsapp"),
            (
                "metadata",
                ["display_phone_number": .string(number.digits), "phone_number_id": .string(number.id)]
            ),
        ])
        for (name, member) in members { object[name] = member }
        return .object(object)
    }
}
