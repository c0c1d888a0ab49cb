import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct SendingTests {
    private static let tables = [
        "messages", "conversations", "queue_lanes", "queue_jobs", "idempotency_keys", "contacts",
    ]

    private func rowCounts(_ region: Region) async throws -> [Int] {
        var counts: [Int] = []
        for table in Self.tables { counts.append(try await region.number("SELECT count(*) FROM \(table)")) }
        return counts
    }

    /// What was done to the tenant or the person before, and why the gate then says no.
    private static let refusals:
        [(code: Refusal.Code, purpose: String, before: @Sendable (Company) async throws -> Void)] = [
            (.consentMissing, "marketing", { _ in }),
            (.consentWithdrawn, "service", { try await $0.declare("withdrawn", by: Person(1).byPhone) }),
            (.consentRefused, "news", { try await $0.declare("refused", by: Person(1).byPhone, for: "news") }),
            (.specialCategoryNotCovered, "health", { try await $0.declare(by: Person(1).byPhone, for: "health") }),
            (
                .tenantNotActive, "service",
                { _ = try await $0.region.installation.tenants.setState($0.id, .suspended, reason: "test", .system) }
            ),
            (
                .agreementSuspended, "service",
                {
                    _ = try await $0.region.installation.tenants.setAgreementState(
                        $0.id, $0.agreement.id, .suspended, .system)
                }
            ),
            (
                .agreementNotInForce, "service",
                {
                    _ = try await $0.region.installation.tenants.setAgreementState(
                        $0.id, $0.agreement.id, .ended, .system)
                }
            ),
            (
                .serviceWindowClosed, "service",
                {
                    _ = try await $0.region.rows(
                        "UPDATE conversations SET window_closes_at = now() WHERE tenant_id = $1", [$0.id])
                }
            ),
        ]

    @Test(arguments: 0..<refusals.count)
    func `what the gate refuses leaves nothing behind`(row: Int) async throws {
        let (code, purpose, before) = Self.refusals[row]
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await before(company)
            let counts = try await rowCounts(region)
            await expectRefusal(code) {
                try await company.send("Hallo", to: Person(1).byPhone, for: purpose, key: "key")
            }
            #expect(try await rowCounts(region) == counts)
        }
    }

    @Test func `nobody is made a contact by being written to`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: Person(1).byPhone) }
            #expect(try await company.contacts().isEmpty)
            await expectError(.notFound) { try await company.send("Hallo", to: .contact(.generate())) }
        }
    }

    @Test func `a tenant with one channel need not name it, one with several must, and one with none cannot send`()
        async throws
    {
        try await Region.with { region in
            let (none, one, two) = (
                try await Company(in: region, channels: 0), try await Company(in: region),
                try await Company(in: region, channels: 2)
            )
            await expectError(.conflict) { try await none.send("Hallo", to: Person(1).byPhone) }
            await expectError(.invalid, field: "channel_id") {
                try await none.send("Hallo", to: Person(1).byPhone, on: one.channel)
            }
            try await one.befriend(Person(1))
            try await one.send("Hallo", to: Person(1).byPhone)
            await expectError(.invalid, field: "channel_id") {
                try await one.send("Hallo", to: Person(1).byPhone, on: two.channel)
            }
            try await two.befriend(Person(1))
            await expectError(.invalid, field: "channel_id") { try await two.send("Hallo", to: Person(1).byPhone) }
            try await two.send("Hallo", to: Person(1).byPhone, on: two.channels[0])
            // A consent is for one channel.
            await expectRefusal(.consentMissing) {
                try await two.send("Hallo", to: Person(1).byPhone, on: two.channels[1])
            }
        }
    }

    @Test func `one batch decides each send by itself`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            try await company.befriend(Person(1))
            let batch = SendBatch(shard: try region.shard, plugins: region.installation.plugins)
            let requests: [(Company, SendRequest, stored: Bool)] = [
                (company, company.request("1", to: Person(1).byPhone), true),
                (company, company.request("2", to: Person(2).byPhone), false),
                (other, other.request("3", to: Person(1).byPhone), false),
                (company, company.request("4", to: .contact(.generate())), false),
                (company, company.request("5", to: Person(1).byPhone), true),
            ]
            let outcomes = try await batch.commit(
                requests.map { SendItem(caller: $0.0.caller, request: $0.1, idempotencyHash: nil) })
            for (outcome, request) in zip(outcomes, requests) {
                #expect(((try? outcome.get()) != nil) == request.stored, "\(request.1.content.fields)")
            }
            #expect(try await company.messages(.outbound).map(\.content) == [.text("1"), .text("5")])
        }
    }

    @Test(arguments: [
        ("", "service", "text.body"), (String(repeating: "ä", count: 4097), "service", "text.body"),
        ("Hallo", "Große Zwecke", "purpose"),
    ])
    func `a request that cannot be sent names the field`(text: String, purpose: String, field: String) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            await expectError(.invalid, field: field) {
                try await company.send(text, to: Person(1).byPhone, for: purpose)
            }
        }
    }
}
