import Outbound
import PluginKit
import Testing

import struct Foundation.Date

@testable import WhatsAppCloud

@Suite struct NumberHealthTests {
    static let number: JSON = [
        "id": "100", "display_phone_number": "+49 30 5550101", "verified_name": "Praxis Sonnenhof",
        "quality_rating": "GREEN", "status": "CONNECTED", "whatsapp_business_manager_messaging_limit": "TIER_2K",
    ]
    static let good: JSON = [
        "storage_configuration": ["data_localization_region": "DE"], "contact_book": ["status": "DISABLED"],
    ]

    private func report(_ number: (Int, JSON), _ settings: (Int, JSON)) async throws -> HealthReport {
        let meta = ScriptedMeta { request in
            let (status, body) = request.url.hasSuffix("/settings") ? settings : number
            return .success(OutboundResponse(status: status, body: body.encoded()))
        }
        return await WhatsAppCloud().health(of: try ScriptedMeta.connection(meta))
    }

    private func states(_ report: HealthReport) -> [String: HealthReport.State] {
        Dictionary(report.findings.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `a number with all in order is healthy`() async throws {
        let report = try await report((200, Self.number), (200, Self.good))
        #expect(report.state == .healthy)
        #expect(
            report.findings.map(\.name) == [
                "token", "number", "registration", "quality", "messaging_limit", "local_storage", "contact_book",
            ])
        #expect(report.findings.allSatisfy { $0.detail.hasSuffix(".") })
        let details = report.findings.map(\.detail).joined(separator: " ")
        for part in ["+49 30 5550101", "Praxis Sonnenhof", "GREEN", "DE"] { #expect(details.contains(part)) }
    }

    struct Settings: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var settings: JSON
        var storage: HealthReport.State
        var book: HealthReport.State
        var says: String = ""
    }

    static let settings: [Settings] = [
        Settings(testDescription: "all in order", settings: good, storage: .healthy, book: .healthy),
        Settings(
            testDescription: "at the top level", settings: ["data_localization_region": "DE", "contact_book": "OFF"],
            storage: .healthy, book: .healthy),
        Settings(
            testDescription: "nothing said", settings: [:], storage: .degraded, book: .degraded,
            says: "Meta does not say"),
        Settings(
            testDescription: "default storage", settings: ["contact_book": ["status": "DISABLED"]], storage: .degraded,
            book: .healthy,
            says: "Register the number"),
        Settings(
            testDescription: "no region named",
            settings: ["storage_configuration": ["status": "DEFAULT"], "contact_book": "false"],
            storage: .degraded, book: .healthy),
        Settings(
            testDescription: "the book is on",
            settings: [
                "storage_configuration": ["data_localization_region": "DE"], "contact_book": ["status": "ENABLED"],
            ],
            storage: .healthy, book: .degraded, says: "Turn it off"),
        Settings(
            testDescription: "a word for the book that nobody knows", settings: ["contact_book": ["status": "PENDING"]],
            storage: .degraded, book: .degraded),
    ]

    @Test(arguments: settings)
    func `what Meta does not say is in order counts as not in order`(row: Settings) async throws {
        let report = try await report((200, Self.number), (200, row.settings))
        #expect(states(report)["local_storage"] == row.storage)
        #expect(states(report)["contact_book"] == row.book)
        #expect(report.state == (row.storage == .healthy && row.book == .healthy ? .healthy : .degraded))
        #expect(row.says.isEmpty || report.findings.contains { $0.detail.contains(row.says) })
    }

    @Test(arguments: [
        ("GREEN", HealthReport.State.healthy), ("YELLOW", .healthy), ("UNKNOWN", .healthy), ("RED", .degraded),
    ])
    func `a red quality rating is shown as trouble`(rating: String, state: HealthReport.State) async throws {
        var number = try #require(Self.number.object)
        number["quality_rating"] = .string(rating)
        let report = try await report((200, .object(number)), (200, Self.good))
        #expect(states(report)["quality"] == state)
    }

    static func error(_ code: Int) -> JSON { ["error": ["code": .number("\(code)"), "message": "secret of Meta's"]] }

    static let refusals: [(Int, JSON, String, String)] = [
        (401, error(190), "token", "The access token is invalid or has expired."),
        (400, error(190), "token", "The access token is invalid or has expired."),
        (401, error(0), "token", "Meta does not accept the access token."),
        (401, .null, "token", "Meta answered with HTTP status 401."),
        (400, error(33), "number", "Meta does not know the number's id."),
        (403, error(10), "number", "The token lacks a permission."),
        (500, error(2), "number", "Meta's service is temporarily unavailable."),
        (502, .null, "number", "Meta answered with HTTP status 502."),
    ]

    @Test(arguments: refusals)
    func `a refusal says what to look at`(status: Int, body: JSON, name: String, detail: String) async throws {
        let report = try await report((status, body), (200, Self.good))
        #expect(report.findings == [.init(name: name, state: .unavailable, detail: detail)])
        #expect(report.state == .unavailable)
    }

    @Test func `settings that Meta refuses leave the rest of the report`() async throws {
        let report = try await report((200, Self.number), (403, Self.error(10)))
        #expect(report.findings.map(\.state) == [.healthy, .healthy, .healthy, .healthy, .healthy, .unavailable])
    }

    @Test(arguments: OutboundError.Kind.allCases)
    func `a Meta that cannot be reached is told with the kind of failure`(kind: OutboundError.Kind) async throws {
        let meta = ScriptedMeta(failing: OutboundError(kind: kind, beforeSending: true))
        let report = await WhatsAppCloud().health(of: try ScriptedMeta.connection(meta))
        #expect(
            report.findings == [
                .init(name: "connection", state: .unavailable, detail: "Meta could not be reached: \(kind).")
            ])
    }

    @Test func `the token goes in a header, never in the URL, and the answer may not be large`() async throws {
        let meta = ScriptedMeta(200, Self.number)
        _ = await WhatsAppCloud().health(of: try ScriptedMeta.connection(meta))
        #expect(meta.requests.count == 3)
        for request in meta.requests {
            #expect(request.url.hasPrefix("https://graph.facebook.com/v23.0/"))
            #expect(!request.url.contains("token-1"))
            #expect(request[header: "Authorization"] == "Bearer token-1")
            #expect(request.maxResponseBytes <= 1 << 20)
        }
    }

    static let tokens: [(seconds: Double?, scopes: [JSON], state: HealthReport.State, says: String)] = [
        (nil, both, .healthy, "does not expire"), (90 * 86_400, both, .healthy, "expires in 90 days"),
        (14 * 86_400, both, .healthy, "expires in 14 days"), (14 * 86_400 - 1, both, .degraded, "expires in 13 days"),
        (3_600, both, .degraded, "expires in 0 days"),
        (nil, ["whatsapp_business_messaging"], .degraded, "lacks whatsapp_business_management"),
    ]
    private static let both: [JSON] = ["whatsapp_business_messaging", "whatsapp_business_management"]

    @Test(arguments: tokens)
    func `a token's end is told two weeks ahead`(
        seconds: Double?, scopes: [JSON], state: HealthReport.State, says: String
    ) {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let end = seconds.map { Int(now.timeIntervalSince1970 + $0) } ?? 0
        let facts = TokenFacts(["data": ["is_valid": true, "scopes": .array(scopes), "expires_at": .number("\(end)")]])
        let finding = NumberHealth.token(facts, now: now)
        #expect(finding.state == state && finding.detail.contains(says))
    }

    static let places: [(stored: String, country: String, state: HealthReport.State)] = [
        ("DE", "DE", .healthy), ("DE", "FI", .healthy), ("CH", "FI", .degraded), ("US", "DE", .degraded),
    ]

    @Test(arguments: places)
    func `storage that does not fit the tenant's region is told`(
        stored: String, country: String, state: HealthReport.State
    ) {
        let findings = NumberHealth.protection(
            ["storage_configuration": ["data_localization_region": .string(stored)]], wanted: country)
        #expect(findings[0].name == "local_storage" && findings[0].state == state)
    }

    static let statuses: [(status: String, state: HealthReport.State)] = [
        ("CONNECTED", .healthy), ("RESTRICTED", .degraded), ("FLAGGED", .degraded), ("PENDING", .unavailable),
        ("DISCONNECTED", .unavailable),
    ]

    @Test(arguments: statuses)
    func `a number that is not registered carries nothing`(status: String, state: HealthReport.State) {
        #expect(NumberHealth.registration(NumberFacts(["status": .string(status)])).state == state)
    }

    @Test(
        arguments: [
            (true, "https://wa.example/i", HealthReport.State.healthy), (true, "https://other.example", .degraded),
            (true, nil, .degraded), (false, "https://wa.example/i", .unavailable),
        ] as [(Bool, String?, HealthReport.State)])
    func `whether webhooks arrive is told`(isSubscribed: Bool, url: String?, state: HealthReport.State) async throws {
        let account = Account { ($0.isSubscribed, $0.callback, $0.status) = (isSubscribed, url, "CONNECTED") }
        var connection = try ScriptedMeta.connection(account.meta)
        connection.ingressURL = "https://wa.example/i"
        let report = await WhatsAppCloud().health(of: connection)
        #expect(report.findings.first { $0.name == "subscription" }?.state == state)
    }
}
