internal import PluginKit

/// A person with a phone. Comes into being on first use.
struct Handset: Sendable, Equatable {
    /// The phone number, or for somebody without one, the business-scoped user id.
    let key: String
    /// Digits; nil for a person only known by user id.
    let number: String?
    var userID: String
    var parentUserID: String?
    var username: String?
    var profileName: String
    /// The person took a username: businesses see no phone number.
    var hidesPhone = false
    var isOnline = true
    /// Blocked the business, or is not on WhatsApp: sends fail with 131026 afterwards.
    var refuses = false
    /// Every send to this handset is refused at once with this code.
    var errorCode: Int?

    init(key: String) {
        self.key = key
        number = Address.isUserID(key) ? nil : key
        userID = number.map { Wamid.userID(for: $0) } ?? key
        hidesPhone = number == nil
        profileName = "Sandbox \(key.suffix(4))"
    }

    init?(journal: JSON) {
        guard let key = journal["key"]?.string else { return nil }
        self.init(key: key)
        update(from: journal)
    }

    /// Takes over what a request or a journal line says; null clears what may be absent.
    mutating func update(from json: JSON) {
        if let value = json["user_id"]?.string { userID = value }
        if let value = json["parent_user_id"] { parentUserID = value.string }
        if let value = json["username"] { username = value.string }
        if let value = json["profile_name"]?.string { profileName = value }
        if let value = json["hide_phone"]?.bool { hidesPhone = value || number == nil }
        if let value = json["online"]?.bool { isOnline = value }
        if let value = json["refuses"]?.bool { refuses = value }
        if let value = json["error_code"] { errorCode = value.int.flatMap { $0 == 0 ? nil : $0 } }
    }

    var json: JSONObject {
        var object = JSONObject([
            ("key", .string(key)), ("number", number.map { .string($0) } ?? .null), ("user_id", .string(userID)),
            ("profile_name", .string(profileName)), ("hide_phone", .bool(hidesPhone)), ("online", .bool(isOnline)),
            ("refuses", .bool(refuses)), ("error_code", errorCode.map { JSON(integerLiteral: $0) } ?? .null),
        ])
        object["parent_user_id"] = parentUserID.map { .string($0) }
        object["username"] = username.map { .string($0) }
        return object
    }

    /// An element of a webhook's `contacts`.
    var contact: JSON {
        var profile = JSONObject([("name", .string(profileName))])
        profile["username"] = username.map { .string($0) }
        var contact = JSONObject([("profile", .object(profile))])
        if !hidesPhone { contact["wa_id"] = number.map { .string($0) } }
        contact["user_id"] = .string(userID)
        contact["parent_user_id"] = parentUserID.map { .string($0) }
        return .object(contact)
    }
}
