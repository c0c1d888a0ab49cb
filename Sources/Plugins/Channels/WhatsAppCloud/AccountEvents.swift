import PluginKit

import struct Foundation.Date

/// Everything that is neither message nor status: kept as it came, under its field.
enum AccountEvents {
    /// Fields that Meta documents (Webhooks, "fields"); others keep coming and are kept as unknown.
    static let known: Set<String> = [
        "account_alerts", "account_review_update", "account_settings_update", "account_update",
        "business_capability_update", "calls",
        "flows", "history", "message_echoes", "message_template_components_update", "message_template_quality_update",
        "message_template_status_update", "partner_solutions", "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update", "security", "smb_app_state_sync", "smb_message_echoes",
        "template_category_update",
        "user_id_update", "user_preferences",
    ]

    static func events(
        _ field: String, _ value: JSON, _ address: ChannelEvent.Address, _ at: Date?, _ change: JSON
    ) -> [ChannelEvent] {
        if field == "user_preferences", let preferences = value["user_preferences"]?.array {
            let contacts = value["contacts"]?.array ?? []
            return preferences.map { preference($0, contacts, address) }
        }
        let kind: ChannelEvent.Kind = known.contains(field) ? .account(field: field) : .other(field: field)
        // The same alert may come on two days, so its time belongs to what it is.
        let identity: JSON = ["change": change, "time": .string(at.map { "\($0.timeIntervalSince1970)" } ?? "")]
        let key = ChannelEvent.key(field, address, identity)
        return [ChannelEvent(address: address, kind: kind, occurredAt: at, deduplicationKey: key, raw: change)]
    }

    static func error(_ error: JSON, _ address: ChannelEvent.Address, _ at: Date?) -> ChannelEvent {
        let identity: JSON = ["error": error, "time": .string(at.map { "\($0.timeIntervalSince1970)" } ?? "")]
        return ChannelEvent(
            address: address, kind: .account(field: "messages.errors"), occurredAt: at,
            deduplicationKey: ChannelEvent.key("errors", address, identity), raw: error)
    }

    /// What Meta's categories mean in purposes.
    private static let purposes = ["marketing_messages": "marketing"]

    /// A person's own choice at WhatsApp: `marketing_messages` `stop` or `resume`.
    private static func preference(_ preference: JSON, _ contacts: [JSON], _ address: ChannelEvent.Address)
        -> ChannelEvent
    {
        var sender = JSONObject()
        sender["from"] = preference["wa_id"]
        sender["from_user_id"] = preference["user_id"]
        guard let person = Person.sender(of: .object(sender), contacts: contacts) else {
            return .malformed("a user preference names nobody", address, preference)
        }
        guard let category = preference["category"]?.string, let word = preference["value"]?.string,
            ["stop", "resume"].contains(word)
        else {
            return .malformed(
                "a user preference has no category, or a value that is neither stop nor resume", address, preference)
        }
        return ChannelEvent(
            address: address,
            kind: .preference(person: person, purpose: purposes[category] ?? category, stopped: word == "stop"),
            occurredAt: Envelope.time(preference["timestamp"]),
            deduplicationKey: ChannelEvent.key("preference", address, preference), raw: preference)
    }
}
