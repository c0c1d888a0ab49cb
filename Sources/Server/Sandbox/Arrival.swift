import PluginKit
import struct Foundation.Data
import struct Foundation.Date

/// A message that a business sent to a handset, and the statuses that follow.
struct Arrival: Sendable {
    let number: BusinessNumber
    let address: String
    let handset: Handset
    let send: SendValidation.Send
    let now: Date
    let id: String

    init(number: BusinessNumber, address: String, handset: Handset, send: SendValidation.Send, now: Date) {
        self.number = number
        self.address = address
        self.handset = handset
        self.send = send
        self.now = now
        id = wamid(address)
    }

    /// The service window: free-form only within 24 hours of the person's last message.
    private var failure: (code: Int, title: String)? {
        if handset.flag("refuses", false) { return (131026, "Message undeliverable") }
        let wrote = handset.wrote[number.id]
        if send.type != "template", wrote.map({ now.timeIntervalSince($0) > 24 * 3600 }) ?? true {
            return (131047, "Re-engagement message")
        }
        return nil
    }

    func answer(input: String) -> JSON {
        let contact: JSON = address.contains(".")
            ? ["input": .string(input), "user_id": .string(address)] : ["input": .string(input), "wa_id": .string(address)]
        return [
            "messaging_product": "whatsapp", "contacts": [contact],
            "messages": [["id": .string(id), "message_status": "accepted"]],
        ]
    }

    func events(statuses: Bool) -> [JSON] {
        if let failure {
            return statuses ? [Status(number, id, address, handset, send.reference).event("failed", now, failure)] : []
        }
        let isOnline = handset.flag("online", true)
        var message = JSONObject([
            ("id", .string(id)), ("direction", "in"), ("number", .string(number.id)), ("handset", .string(address)),
            ("from", .string(number.text("display_phone_number"))), ("to", .string(address)), ("type", .string(send.type)),
            (send.type, send.content), ("timestamp", .string(seconds(now))), ("state", .string(isOnline ? "delivered" : "sent")),
        ])
        if let reference = send.reference { message["biz_opaque_callback_data"] = .string(reference) }
        if let context = send.context { message["context"] = ["message_id": .string(context)] }
        var events: [JSON] = [["happened": "message", "id": .string(id), "message": .object(message)]]
        guard statuses else { return events }
        let status = Status(number, id, address, handset, send.reference)
        events.append(status.event("sent", now))
        if isOnline { events.append(status.event("delivered", now)) }
        return events
    }
}

/// A status of a message, as a webhook.
struct Status: Sendable {
    let number: BusinessNumber
    let id: String
    let address: String
    let handset: Handset
    let reference: String?

    init(_ number: BusinessNumber, _ id: String, _ address: String, _ handset: Handset, _ reference: String?) {
        self.number = number
        self.id = id
        self.address = address
        self.handset = handset
        self.reference = reference
    }

    func event(_ word: String, _ now: Date, _ failure: (code: Int, title: String)? = nil) -> JSON {
        var status = JSONObject([("id", .string(id)), ("status", .string(word)), ("timestamp", .string(seconds(now)))])
        if !address.contains("."), !handset.flag("hide_phone", false) { status["recipient_id"] = .string(address) }
        if let user = handset.settings["user_id"]?.string ?? (address.contains(".") ? address : nil) {
            status["recipient_user_id"] = .string(user)
        }
        if let reference { status["biz_opaque_callback_data"] = .string(reference) }
        if let failure {
            status["errors"] = [
                [
                    "code": .number("\(failure.code)"), "title": .string(failure.title), "message": .string(failure.title),
                    "error_data": ["details": .string(failure.title)],
                ]
            ]
        } else {
            status["conversation"] = ["id": .string("c\(id.count)"), "origin": ["type": "service"]]
            status["pricing"] = ["billable": true, "pricing_model": "PMP", "category": "service", "type": "regular"]
        }
        return WebhookCourier.event(number, ["messaging_product": "whatsapp", "metadata": number.metadata, "statuses": [.object(status)]])
    }
}

extension BusinessNumber {
    var metadata: JSON {
        ["display_phone_number": .string(text("display_phone_number").filter(\.isNumber)), "phone_number_id": .string(id)]
    }
}

/// An id as Meta makes them: the person's address stands in it, in Base64.
func wamid(_ address: String) -> String {
    let random = (0..<10).map { _ in UInt8.random(in: 0...255) }
    return "wamid." + Data(Array("\u{1D}\(address)\u{15}".utf8) + random).base64EncodedString()
}

func seconds(_ date: Date) -> String { String(Int(date.timeIntervalSince1970)) }
