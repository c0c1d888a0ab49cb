internal import PluginKit

/// A business phone number and the app that serves it, as provisioned through the control API.
struct PhoneNumber: Sendable, Equatable {
    var id: String
    var wabaID: String
    var displayPhoneNumber: String
    var verifiedName: String
    var accessToken: String
    var appSecret: String
    var verifyToken: String
    var webhookURL: String
    /// `override_callback_uri` of a subscription, which wins over the app's own URL.
    var overrideURL: String?
    /// `override_callback_uri` of the number itself, which wins over the subscription's.
    var numberOverrideURL: String?
    var dataLocalizationRegion: String?
    var contactBook = false
    var isRegistered = true
    var isSubscribed = true
    var pin: String?
    /// What `POST /settings` was given, returned as it is.
    var settings = JSONObject()
    var profile = JSONObject()
    /// What `debug_token` says of the number's token.
    var tokenScopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
    /// Seconds since 1970; 0 for never.
    var tokenExpiresAt = 0
    /// Fields that Graph shows otherwise than usual.
    var facts = JSONObject()
    /// Calls by their last word (`register`, `debug_token`, `webhook`, `number`), and the code they are refused with.
    var refuses: [String: Int] = [:]

    /// Where webhooks go now; nil when nothing is subscribed.
    var callbackURL: String? {
        let url = numberOverrideURL ?? overrideURL ?? webhookURL
        return isSubscribed && !url.isEmpty ? url : nil
    }

    /// The display number as statuses and metadata show it: digits only.
    var digits: String { Address.digits(displayPhoneNumber) }

    /// - Throws: what a control request lacks.
    init(id: String, control: JSON, previous: PhoneNumber?) throws(GraphError) {
        func text(_ name: String, _ old: String?) throws(GraphError) -> String {
            if let value = control[name]?.string { return value }
            guard let old else { throw .missing(name) }
            return old
        }
        self.id = id
        wabaID = try text("waba_id", previous?.wabaID)
        displayPhoneNumber = try text("display_phone_number", previous?.displayPhoneNumber)
        verifiedName = try text("verified_name", previous?.verifiedName ?? "Sandbox")
        accessToken = try text("access_token", previous?.accessToken)
        appSecret = try text("app_secret", previous?.appSecret)
        verifyToken = try text("verify_token", previous?.verifyToken ?? "")
        webhookURL = try text("webhook_url", previous?.webhookURL ?? "")
        overrideURL = webhookURL == previous?.webhookURL ? previous?.overrideURL : nil
        numberOverrideURL = webhookURL == previous?.webhookURL ? previous?.numberOverrideURL : nil
        dataLocalizationRegion = control["data_localization_region"]?.string ?? previous?.dataLocalizationRegion
        contactBook = control["contact_book"]?.bool ?? previous?.contactBook ?? false
        isRegistered = control["registered"]?.bool ?? previous?.isRegistered ?? true
        isSubscribed =
            control["subscribed"]?.bool ?? (control["webhook_url"] != nil || previous?.isSubscribed ?? true)
        pin = previous?.pin
        settings = previous?.settings ?? JSONObject()
        profile = previous?.profile ?? JSONObject()
        tokenScopes =
            control["token_scopes"]?.array?.compactMap(\.string) ?? previous?.tokenScopes
            ?? ["whatsapp_business_management", "whatsapp_business_messaging"]
        tokenExpiresAt = control["token_expires_at"]?.int ?? previous?.tokenExpiresAt ?? 0
        facts = control["facts"]?.object ?? previous?.facts ?? JSONObject()
        refuses =
            control["refuses"]?.object.map { Self.codes($0) } ?? previous?.refuses ?? [:]
    }

    private static func codes(_ object: JSONObject) -> [String: Int] {
        Dictionary(object.members.compactMap { member in member.value.int.map { (member.name, $0) } }) { $1 }
    }

    init?(journal: JSON) {
        guard let id = journal["id"]?.string else { return nil }
        do throws(GraphError) { try self.init(id: id, control: journal, previous: nil) } catch { return nil }
        overrideURL = journal["override_url"]?.string
        numberOverrideURL = journal["number_override_url"]?.string
        isSubscribed = journal["subscribed"]?.bool ?? true
        pin = journal["pin"]?.string
        settings = journal["settings"]?.object ?? JSONObject()
        profile = journal["profile"]?.object ?? JSONObject()
    }

    /// Everything, secrets included: for the journal and for the control API, never for Graph.
    var json: JSONObject {
        var object = JSONObject([
            ("id", .string(id)), ("waba_id", .string(wabaID)), ("display_phone_number", .string(displayPhoneNumber)),
            ("verified_name", .string(verifiedName)), ("access_token", .string(accessToken)),
            ("app_secret", .string(appSecret)), ("verify_token", .string(verifyToken)),
            ("webhook_url", .string(webhookURL)), ("contact_book", .bool(contactBook)),
            ("registered", .bool(isRegistered)), ("subscribed", .bool(isSubscribed)),
            ("settings", .object(settings)), ("profile", .object(profile)),
            ("token_scopes", .array(tokenScopes.map { .string($0) })),
            ("token_expires_at", JSON(integerLiteral: tokenExpiresAt)), ("facts", .object(facts)),
            (
                "refuses",
                .object(
                    JSONObject(refuses.sorted { $0.key < $1.key }.map { ($0.key, JSON(integerLiteral: $0.value)) }))
            ),
        ])
        object["number_override_url"] = numberOverrideURL.map { .string($0) }
        object["override_url"] = overrideURL.map { .string($0) }
        object["data_localization_region"] = dataLocalizationRegion.map { .string($0) }
        object["pin"] = pin.map { .string($0) }
        return object
    }
}

/// How people and numbers are written.
enum Address {
    static func digits(_ text: String) -> String { String(text.filter(\.isASCIIDigit)) }

    /// `55 11 9 8765 4321` for `55 11 8765 4321` and back; nil for numbers of other countries.
    static func brazilianTwin(_ number: String) -> String? {
        guard number.hasPrefix("55") else { return nil }
        let (area, rest) = (number.prefix(4), number.dropFirst(4))
        if rest.count == 8 { return "\(area)9\(rest)" }
        return rest.count == 9 && rest.first == "9" ? "\(area)\(rest.dropFirst())" : nil
    }

    /// A phone number as a `wa_id`: `+49 151 123-456` becomes `49151123456`. Nil when it is none.
    static func waID(_ text: String) -> String? {
        guard text.allSatisfy({ $0.isASCIIDigit || "+ -().".contains($0) }) else { return nil }
        let digits = digits(text)
        return (5...15).contains(digits.count) ? digits : nil
    }

    /// `DE.13491208655302741918` or `DE.ENT.…`: a country, a dot, letters and digits.
    static func isUserID(_ text: String) -> Bool {
        guard let dot = text.firstIndex(of: "."), text.distance(from: text.startIndex, to: dot) == 2 else {
            return false
        }
        let rest = text[text.index(after: dot)...]
        return text[..<dot].allSatisfy { $0.isASCII && $0.isLetter && $0.isUppercase } && !rest.isEmpty
            && rest.count <= 128
            && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
