import Crypto
import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Platform

/// What is no message that we understand is kept all the same.
@Suite struct KeptEventsTests {
    @Test func `unknown kinds, broken parts and account events are kept as they came, with outcome and reason`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let raw: JSON = ["gestalt": "unbekannt", "zahl": 7]
            let cases: [(ChannelEvent.Kind, kind: String, field: String, outcome: String, reason: String?)] = [
                (.other(field: "holograms"), "other", "holograms", "recorded", "this kind of event is not known yet"),
                (.account(field: "account_update"), "account", "account_update", "recorded", nil),
                (.malformed(reason: "it has no id"), "malformed", "", "kept", "it has no id"),
                (
                    .preference(
                        person: PersonReference(identities: [Person(1).phone]), purpose: "marketing", stopped: true),
                    "preference", "user_preferences", "withdrawal_recorded", "marketing"
                ),
                // A word from outside that is no word does not stand in the clear.
                (
                    .other(field: "Frau Müller, 0151"), "other", "other", "recorded",
                    "this kind of event is not known yet"
                ),
            ]
            for (number, row) in cases.enumerated() {
                let event = company.channel.event(row.0, key: "event \(number)", raw: raw)
                #expect(try await company.receive(event).stored == 1)
                #expect(try await company.receive(event).duplicates == 1)
                let kept = try #require(
                    try await region.installation.reading.events(company.caller, PageRequest(limit: 1)).items.first)
                #expect(
                    [kept.kind, kept.field, kept.outcome, kept.reason] == [
                        row.kind, row.field, row.outcome, row.reason,
                    ])
                #expect(kept.raw.revealed == (row.kind == "account" ? raw : .null))
                let sealed = try await region.rows(
                    "SELECT raw_sealed FROM channel_events WHERE event_id = $1", [kept.id])
                let context = SealContext(
                    table: "channel_events", column: "raw_sealed", row: kept.id, tenant: company.id)
                let opened = try await company.keys.data.open(sealed[0].decode("raw_sealed"), context)
                #expect(try JSON(parsing: opened) == raw)
            }
            #expect(try await region.number("SELECT count(*) FROM channel_events") == cases.count)
        }
    }

    @Test func `a message of a type that nobody knows is stored as such`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.agree(Person(1).phone)
            let content = MessageContent(type: "hologram", fields: ["shape": "cat"], context: ["forwarded": true])
            try await company.receive(company.channel.message("m1", from: [Person(1).phone], content: content))
            let nameless = MessageContent(type: "Frau Müller", fields: .null)
            try await company.receive(company.channel.message("m2", from: [Person(1).phone], content: nameless))
            #expect(try await company.messages().map(\.content) == [content, nameless])
            let types = try await region.rows("SELECT type FROM messages ORDER BY message_id")
            #expect(try types.map { try $0.decode("type") } == ["hologram", "other"])
        }
    }

    @Test func `every body that WhatsApp is known to post is stored, and posting it again changes nothing`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let channel = try await region.installation.channels.connect(
                company.id,
                NewChannel(
                    plugin: "whatsapp-cloud",
                    configuration: [
                        "phone_number_id": "109876543210001", "business_account_id": "209876543210001",
                        "access_token": "token",
                    ], ingress: ["app_secret": "app-secret", "verify_token": "verify"]), .system
            ).channel
            let folder = "\(TestDatabase.repository)/Tests/Fixtures/whatsapp-cloud"
            for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            where name.hasSuffix(".json") {
                let body = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
                func post() async throws -> IngressReceipt {
                    let code = HMAC<SHA256>.authenticationCode(
                        for: body, using: SymmetricKey(data: Array("app-secret".utf8)))
                    let hex = code.map { String(format: "%02x", $0) }.joined()
                    return try await region.installation.ingress.receive(
                        plugin: "whatsapp-cloud", route: channel.ingressRoute,
                        headers: IngressHeaders([("X-Hub-Signature-256", "sha256=\(hex)")]), body: body)
                }
                let first = try await post()
                #expect(first.stored + first.unroutable > 0 || first.duplicates > 0, "\(name)")
                let before = try await rowCounts(region)
                let second = try await post()
                #expect(second.stored == 0, "\(name)")
                #expect(second.duplicates == first.stored + first.duplicates, "\(name)")
                #expect(try await rowCounts(region) == before, "\(name)")
            }
            #expect(try await region.contactFaults() == [])
        }
    }

    private func rowCounts(_ region: Region) async throws -> [Int] {
        var counts: [Int] = []
        for table in [
            "contacts", "identities", "conversations", "messages", "message_statuses", "channel_events",
            "quarantined_messages",
        ] {
            counts.append(try await region.number("SELECT count(*) FROM \(table)"))
        }
        return counts
    }
}
