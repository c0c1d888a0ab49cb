import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct PersonTests {
    static let phones: [(String, String?)] = [
        ("4915112345678", "4915112345678"), ("+4915112345678", "4915112345678"),
        ("+49 151 123-456 78", "4915112345678"),
        ("+49 (151) 12345678", "4915112345678"), ("+49 (0)151 12345678", "4915112345678"),
        ("004915112345678", "4915112345678"),
        ("+49/151/12345678", "4915112345678"),
        ("+49.151.12345678", "4915112345678"), ("+49\u{A0}151\u{A0}12345678", "4915112345678"), ("1234567", "1234567"),
        ("123456789012345", "123456789012345"), ("+1 (415) 555-0132", "14155550132"),
        ("", nil), (" ", nil), ("+", nil), ("123456", nil), ("1234567890123456", nil), ("015112345678", nil),
        ("+015112345678", nil),
        ("00", nil), ("000049151123456", nil), ("49+15112345678", nil), ("++4915112345678", nil),
        ("49151x2345678", nil),
        ("lena.b", nil), ("DE.13491208655302741918", nil), ("4915112345678;ext=7", nil), ("49151\n12345678", nil),
        ("٤٩١٥١١٢٣٤٥٦٧٨", nil), ("４９１５１１２３４５６７８", nil), ("4915112345678\u{301}", nil), ("4915112345678\0", nil),
        (String(repeating: " ", count: 64) + "4915112345678", nil), (String(repeating: "1", count: 100_000), nil),
    ]

    @Test(arguments: phones)
    func `a phone number is the digits of what people write, or none`(text: String, digits: String?) {
        #expect(Person.normalise(.phone, text) == digits.map { Identity(.phone, $0) })
    }

    static let userIDs: [(String, Bool, parent: Bool)] = [
        ("DE.13491208655302741918", true, false), ("US.abcDEF123", true, false),
        ("DE.ENT.11815799212886844830", true, true),
        ("", false, false), ("DE", false, false), ("DE.", false, false), (".1", false, false), ("de.1", false, false),
        ("DEU.1", false, false), ("D.1", false, false), ("D1.1", false, false), ("ÄÖ.1", false, false),
        ("DE.1.2", false, false),
        ("DE.ENT.", false, false), ("DE.ent.1", false, false), ("DE.ENT.1.2", false, false), ("DE.1 ", false, false),
        ("DE.1-2", false, false), ("DE.ü", false, false), ("DE.٤", false, false), ("DE.1\n", false, false),
        ("4915112345678", false, false), ("DE." + String(repeating: "1", count: 157), true, false),
        ("DE." + String(repeating: "1", count: 158), false, false),
    ]

    @Test(arguments: userIDs)
    func `a user id is a country and an id, a parent's has ENT between them`(
        text: String, isUserID: Bool, isParent: Bool
    ) {
        #expect((Person.normalise(.businessScopedUser, text) != nil) == isUserID)
        #expect((Person.normalise(.parentBusinessScopedUser, text) != nil) == isParent)
        #expect(Person.normalise(.businessScopedUser, text).map { $0.address == Personal(text) } ?? true)
    }

    static let usernames: [(String, String?)] = [
        ("lena.b", "lena.b"), ("@lena.b", "lena.b"), ("Lena_B", "lena_b"), ("@LENA", "lena"), ("ÄNNE", "änne"),
        ("a", "a"), ("7", "7"),
        (String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
        ("", nil), ("@", nil), ("@@lena", nil), ("lena b", nil), ("lena-b", nil), ("lena@b", nil), ("lena\n", nil),
        ("<lena>", nil),
        (String(repeating: "a", count: 65), nil),
    ]

    @Test(arguments: usernames)
    func `a username is lower case without its @, or none`(text: String, name: String?) {
        #expect(Person.normalise(.username, text) == name.map { Identity(.username, $0) })
    }

    @Test(arguments: ["email", "", "PHONE", "wa_id"])
    func `a kind that WhatsApp does not know has no addresses`(kind: String) {
        #expect(Person.normalise(.init(rawValue: kind), "4915112345678") == nil)
    }

    @Test(arguments: phones.compactMap(\.1) + usernames.compactMap(\.1))
    func `what was brought into form once stays as it is`(address: String) {
        for kind in [Identity.Kind.phone, .username] {
            guard let once = Person.normalise(kind, address) else { continue }
            #expect(Person.normalise(kind, once.address.revealed) == once)
        }
    }

    struct Sender: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var message: JSON
        var contacts: [JSON]
        /// In the order of dependability; nil when nobody can be told.
        var told: [String]?
    }

    static let senders: [Sender] = [
        Sender(
            testDescription: "the contact of the same number among several", message: ["from": "491"],
            contacts: [
                ["wa_id": "492", "user_id": "DE.2", "profile": ["name": "B"]],
                ["wa_id": "491", "user_id": "DE.1", "profile": ["name": "A"]],
            ],
            told: ["bsuid DE.1", "phone 491", "name A"]),
        Sender(
            testDescription: "a contact that is somebody else adds nothing", message: ["from": "491"],
            contacts: [["wa_id": "492", "user_id": "DE.2", "profile": ["name": "B"]]], told: ["phone 491"]),
        Sender(
            testDescription: "the only contact, naming nobody, is the sender", message: ["from": "491"],
            contacts: [["profile": ["name": "A", "username": "@Anna"]]], told: ["phone 491", "username anna", "name A"]),
        Sender(
            testDescription: "of two that name nobody neither is", message: ["from": "491"],
            contacts: [["profile": ["name": "A"]], ["profile": ["name": "B"]]], told: ["phone 491"]),
        Sender(
            testDescription: "found by user id, the number comes with it", message: ["from_user_id": "DE.1"],
            contacts: [["wa_id": "491", "user_id": "DE.1"]], told: ["bsuid DE.1", "phone 491"]),
        Sender(
            testDescription: "another number beside it is a second one",
            message: ["from": "5511987654321", "from_user_id": "BR.1"],
            contacts: [["wa_id": "551187654321", "user_id": "BR.1"]],
            told: ["bsuid BR.1", "phone 5511987654321", "phone 551187654321"]),
        Sender(
            testDescription: "a username that is none is left out", message: ["from": "491"],
            contacts: [["wa_id": "491", "profile": ["username": "not a name"]]], told: ["phone 491"]),
        Sender(
            testDescription: "a username alone", message: [:], contacts: [["profile": ["username": "anna"]]],
            told: ["username anna"]),
        Sender(testDescription: "nobody", message: [:], contacts: []),
        Sender(testDescription: "empty texts are nobody", message: ["from": "", "from_user_id": ""], contacts: []),
        Sender(testDescription: "a user id of no shape", message: ["from": "491", "from_user_id": "1"], contacts: []),
        Sender(
            testDescription: "a parent's id of no shape", message: ["from": "491", "from_parent_user_id": "1"],
            contacts: []),
        Sender(testDescription: "a number with a plus", message: ["from": "+491"], contacts: []),
        Sender(testDescription: "a number too long", message: ["from": "123456789012345678901"], contacts: []),
    ]

    @Test(arguments: senders)
    func `who sent a message is told by it and the contacts beside it`(row: Sender) {
        let person = Person.sender(of: row.message, contacts: row.contacts)
        var told = person?.identities.map { "\($0.kind) \($0.address.revealed)" }
        if let name = person?.displayName { told?.append("name \(name.revealed)") }
        #expect(told == row.told)
    }
}
