import PluginKit

/// How WhatsApp names people.
enum Person {
    static func normalise(_ kind: Identity.Kind, _ address: String) -> Identity? {
        switch kind {
        case .phone: phone(address).map { Identity(.phone, $0) }
        case .businessScopedUser: isUserID(address) ? Identity(kind, address) : nil
        case .parentBusinessScopedUser:
            isUserID(address) && address.dropFirst(2).hasPrefix(".ENT.") ? Identity(kind, address) : nil
        case .username: username(address).map { Identity(.username, $0) }
        default: nil
        }
    }

    /// International digits, 7 to 15 (E.164), from what people write: `+49 151 23456-78`, `0049…`.
    static func phone(_ text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        var digits = ""
        // +49 (0)151: the zero is dialled within the country only.
        for (index, character) in text.replacing("(0)", with: "", maxReplacements: 1).enumerated() {
            switch character {
            case "0"..."9" where character.isASCII: digits.append(character)
            case "+" where index == 0: continue
            case " ", "-", "(", ")", ".", "/", "\u{A0}": continue
            default: return nil
            }
        }
        if digits.hasPrefix("00") { digits.removeFirst(2) }
        return (7...15).contains(digits.count) && digits.first != "0" ? digits : nil
    }

    /// `DE.13491208655302741918`, `DE.ENT.11815799212886844830`: country, and an id of letters and digits.
    static func isUserID(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 || (parts.count == 3 && parts[1] == "ENT"), text.utf8.count <= 160 else { return false }
        let isCountry = parts[0].count == 2 && parts[0].allSatisfy { $0.isASCII && $0.isUppercase }
        return isCountry && !parts[parts.count - 1].isEmpty
            && parts[parts.count - 1].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    static func username(_ text: String) -> String? {
        let name = (text.hasPrefix("@") ? String(text.dropFirst()) : text).lowercased()
        let isName =
            (1...64).contains(name.count) && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        return isName ? name : nil
    }

    /// Digits as they stand in a webhook; test numbers can be short.
    static func isWebhookNumber(_ text: String) -> Bool {
        (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Who sent a message: from the message itself and from the `contacts` beside it.
    /// - Returns: nil when an address is not of the documented shape, or there is none.
    static func sender(of message: JSON, contacts: [JSON]) -> PersonReference? {
        var identities: [Identity] = []
        func add(_ kind: Identity.Kind, _ address: String) {
            let identity = Identity(kind, address)
            if !identities.contains(identity) { identities.append(identity) }
        }
        let from = present(message["from"])
        let userID = present(message["from_user_id"])
        let contact = contact(for: [from, userID], in: contacts)
        for text in [userID, present(contact?["user_id"])].compactMap({ $0 }) {
            guard isUserID(text) else { return nil }
            add(.businessScopedUser, text)
        }
        for text in [from, present(contact?["wa_id"])].compactMap({ $0 }) {
            if isWebhookNumber(text) {
                add(.phone, text)
            } else {
                // A person without a phone number has the user id in its place.
                guard isUserID(text) else { return nil }
                add(.businessScopedUser, text)
            }
        }
        for text in [present(message["from_parent_user_id"]), present(contact?["parent_user_id"])].compactMap({ $0 }) {
            guard isUserID(text) else { return nil }
            add(.parentBusinessScopedUser, text)
        }
        if let name = present(contact?["profile"]?["username"]).flatMap(username) { add(.username, name) }
        guard !identities.isEmpty else { return nil }
        return PersonReference(identities: identities, displayName: present(contact?["profile"]?["name"]))
    }

    private static func present(_ json: JSON?) -> String? {
        guard let text = json?.string, !text.isEmpty else { return nil }
        return text
    }

    private static func contact(for names: [String?], in contacts: [JSON]) -> JSON? {
        let wanted = Set(names.compactMap { $0 })
        let match = contacts.first { contact in
            [contact["wa_id"]?.string, contact["user_id"]?.string].contains { $0.map(wanted.contains) ?? false }
        }
        // A lone contact that names nobody else is the sender's.
        return match
            ?? (contacts.count == 1 && contacts[0]["wa_id"] == nil && contacts[0]["user_id"] == nil ? contacts[0] : nil)
    }
}
