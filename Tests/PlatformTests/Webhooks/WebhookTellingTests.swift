import Foundation
import Outbound
import PluginKit
import Postgres
import Synchronization
import Testing

@testable import Platform

/// A tenant's server: answers as it is told, and keeps what it was told.
private final class Hooks: OutboundHTTP {
    struct Call: Sendable {
        var id: String
        var body: JSON
        var headers: [String: String]
    }

    let calls = Mutex<[Call]>([])
    private let status = Mutex<@Sendable (Call) -> Int>({ _ in 204 })

    var texts: [String] { calls.withLock { $0.compactMap { $0.body["data"]?["text"]?["body"]?.string } } }
    var types: [String] { calls.withLock { $0.compactMap { $0.body["type"]?.string } } }

    func answer(_ status: @escaping @Sendable (Call) -> Int) { self.status.withLock { $0 = status } }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        let call = Call(
            id: headers["webhook-id"] ?? "", body: (try? JSON(parsing: request.body ?? [])) ?? .null, headers: headers)
        let answer = status.withLock { $0 }(call)
        guard answer > 0 else { throw OutboundError(kind: .connect, beforeSending: true) }
        if (200..<300).contains(answer) { calls.withLock { $0.append(call) } }
        return OutboundResponse(status: answer)
    }
}

@Suite struct WebhookTellingTests {
    private struct Setting: Sendable {
        let region: Region
        let company: Company
        let hooks = Hooks()
        let endpoint: WebhookEndpoint
        let secret: Secret<String>

        init(in region: Region, kinds: Set<WebhookKind> = Set(WebhookKind.allCases)) async throws {
            self.region = region
            company = try await Company(in: region)
            (endpoint, secret) = try await region.installation.webhooks.add(
                company.caller, url: "https://crm.example/hooks/token-in-path", kinds: kinds, .system)
        }

        /// Tells all that is due.
        func work() async throws {
            let lane = WebhookLane(
                shard: try region.shard, http: hooks,
                render: { fact in
                    switch fact {
                    case .message(let message): message.content.json
                    case .consent(let consent): ["event": .string(consent.event.rawValue)]
                    }
                }, audit: region.installation.audit, logger: .quiet)
            while true {
                let lease = UUID()
                let rows = try await region.shard.worker.query(
                    QueueStore.claim(
                        QueueStore.webhook, lease: lease, limit: 64, holding: WebhookLane.lease, busy: [:], share: 64))
                if rows.isEmpty { return }
                for row in rows {
                    await lane.run(
                        Lane(
                            tenant: try row.decode("tenant_id"), kind: QueueStore.webhook,
                            id: try row.decode("lane_id"), lease: lease))
                }
            }
        }

        func left() async throws -> Int { try await region.number("SELECT count(*) FROM webhook_events") }
    }

    @Test func `what a person wrote who agreed is told once, in order, signed, and forgotten`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            try await company.befriend(Person(1))
            for number in 0..<5 {
                try await company.receive(company.channel.message("m\(number)", from: Person(1).all, "\(number)"))
                try await company.receive(company.channel.message("m\(number)", from: Person(1).all, "\(number)"))
            }
            try await setting.work()
            #expect(setting.hooks.texts.suffix(5) == ["0", "1", "2", "3", "4"])
            #expect(try await setting.left() == 0)
            #expect(try await region.queueFaults() == [])
            let secret = try #require(WebhookSecret(setting.secret.revealed))
            for call in setting.hooks.calls.withLock({ $0 }) {
                let time = try #require(call.headers["webhook-timestamp"].flatMap { Int($0) })
                #expect(
                    call.headers["webhook-signature"]
                        == secret.signature(id: call.id, time: time, body: call.body.encoded()))
            }
        }
    }

    @Test func `states and consents are told to who wants them, and to nobody else`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageState, .consentChanged])
            let company = setting.company
            let other = try await Company(in: region)
            try await company.befriend(Person(1))
            try await other.befriend(Person(1))
            try await company.send("Guten Tag", to: Person(1).byPhone)
            try await Hand(in: region).work()
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await setting.work()
            #expect(setting.hooks.types.sorted() == ["consent.changed", "consent.changed", "message.state"])
            #expect(setting.hooks.texts == ["Guten Tag"])
        }
    }

    @Test func `content of special categories leaves a trace at each attempt, naming the endpoint, and no other does`()
        async throws
    {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            func traces() async throws -> [String] {
                try await region.controlRows(
                    "SELECT entry FROM audit_entries WHERE action = 'special_category.read' ORDER BY sequence"
                ).map { try $0.decode("entry") }
            }
            var health = PurposeDefinition.sample("Befunde")
            health.isSpecialCategory = true
            try await company.setTerms()
            _ = try await company.terms.set(health, for: "health", of: company.id, .any, .system)
            _ = try await region.installation.tenants.recordAgreement(
                company.id,
                NewAgreement(
                    reference: "AVV 2", signedOn: "2026-02-28", documentSHA256: Array(0..<32),
                    coversSpecialCategory: true), .system)
            try await company.befriend(Person(1))
            try await setting.work()
            #expect(setting.hooks.texts == ["Hallo"])
            #expect(try await traces() == [])

            try await company.declare(by: Person(1).byPhone, for: "health")
            try await company.send("Ihr Befund", to: Person(1).byPhone, for: "health")
            try await company.receive(company.channel.message("ill", from: Person(1).all, "Mir ist übel"))
            setting.hooks.answer { _ in 500 }
            try await setting.work()
            #expect(try await traces().count == 1)
            setting.hooks.answer { _ in 204 }
            try await region.letTimePass()
            try await setting.work()
            #expect(setting.hooks.texts == ["Hallo", "Mir ist übel"])
            let (told, entries) = (try await company.messages(.inbound).last, try await traces().prefix(2))
            #expect(entries.count == 2)
            for entry in entries {
                let json = try JSON(parsing: Array(entry.utf8))
                #expect(
                    json["principal"] == ["kind": "webhook_endpoint", "id": .string(setting.endpoint.id.description)])
                #expect(json["subject"]?["id"]?.string == told?.id.description)
                #expect(!entry.contains("übel"))
            }
        }
    }

    @Test func `what an endpoint does not take holds up its conversation alone, and comes again`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            for person in [Person(1), Person(2)] { try await company.befriend(person) }
            try await setting.work()
            setting.hooks.calls.withLock { $0 = [] }
            setting.hooks.answer { $0.body["data"]?["text"]?["body"]?.string == "1" ? 503 : 200 }
            for text in ["1", "2"] {
                try await company.receive(company.channel.message("a\(text)", from: Person(1).all, text))
            }
            try await company.receive(company.channel.message("b", from: Person(2).all, "3"))
            try await setting.work()
            #expect(setting.hooks.texts == ["3"])
            let seen = try await region.installation.webhooks.find(company.caller, setting.endpoint.id)
            #expect(seen.failingSince != nil || seen.lastAnswer == "200")
            setting.hooks.answer { _ in 200 }
            try await region.letTimePass()
            try await setting.work()
            #expect(setting.hooks.texts == ["3", "1", "2"])
            let now = try await region.installation.webhooks.find(company.caller, setting.endpoint.id)
            #expect(now.failingSince == nil && now.lastAnswer == "200" && now.deliveredAt != nil)
        }
    }

    @Test func `an endpoint that says it is gone is paused, and what happens waits`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            try await company.befriend(Person(1))
            setting.hooks.answer { _ in 410 }
            try await company.receive(company.channel.message("a", from: Person(1).all, "eins"))
            try await setting.work()
            let paused = try await region.installation.webhooks.find(company.caller, setting.endpoint.id)
            #expect(paused.state == .paused && paused.lastAnswer == "410")
            setting.hooks.answer { _ in 200 }
            try await region.letTimePass()
            try await setting.work()
            #expect(setting.hooks.texts == [])
            _ = try await region.installation.webhooks.change(
                company.caller, setting.endpoint.id, WebhookEndpointChange(state: .active), .any, .system)
            try await setting.work()
            #expect(setting.hooks.texts.last == "eins")
        }
    }

    @Test func `while an agreement is suspended nothing is told, and afterwards everything`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            try await company.befriend(Person(1))
            try await setting.work()
            setting.hooks.calls.withLock { $0 = [] }
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "unpaid", .system)
            try await company.receive(company.channel.message("a", from: Person(1).all, "eins"))
            try await setting.work()
            #expect(setting.hooks.texts == [])
            _ = try await region.installation.tenants.setState(company.id, .active, .system)
            try await region.letTimePass()
            try await setting.work()
            #expect(setting.hooks.texts == ["eins"])
        }
    }

    @Test func `a removed endpoint is told nothing more, and its queue comes to an end`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let company = setting.company
            try await company.befriend(Person(1))
            try await region.installation.webhooks.remove(company.caller, setting.endpoint.id, .any, .system)
            try await setting.work()
            #expect(setting.hooks.types == [])
            #expect(try await region.number("SELECT count(*) FROM queue_jobs WHERE kind = 'webhook'") == 0)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a secret that was replaced signs beside the new one`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region, kinds: [.messageReceived])
            let company = setting.company
            try await company.befriend(Person(1))
            let (_, newer) = try await region.installation.webhooks.rotate(company.caller, setting.endpoint.id, .system)
            try await company.receive(company.channel.message("a", from: Person(1).all, "eins"))
            try await setting.work()
            let call = try #require(setting.hooks.calls.withLock { $0.last })
            let time = try #require(call.headers["webhook-timestamp"].flatMap { Int($0) })
            let expected = try [newer, setting.secret].map { secret in
                try #require(WebhookSecret(secret.revealed)).signature(
                    id: call.id, time: time, body: call.body.encoded())
            }
            #expect(call.headers["webhook-signature"] == expected.joined(separator: " "))
        }
    }

    @Test func `the trail knows what was changed, not the token in a URL`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let page = try await region.installation.auditReader.entries(
                .tenant(setting.company.id), AuditFilter(), PageRequest(limit: 50), .system)
            let added = try #require(page.items.map(\.text).first { $0.contains("webhook_endpoint.added") })
            #expect(added.contains("crm.example"))
            #expect(!added.contains("token-in-path"))
        }
    }
}
