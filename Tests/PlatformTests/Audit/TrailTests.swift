import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct TrailTests {
    @Test func `two hundred entries at once make one chain without a gap`() async throws {
        try await Trail.with { trail in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 { group.addTask { try await trail.enter() } }
                try await group.waitForAll()
            }
            #expect(try await trail.entries(trail.chain).map(\.sequence) == Array(1...200))
            #expect(try await trail.findings() == [])
        }
    }

    @Test func `a tenant's first entry is announced in the control chain once, also when many come at once`()
        async throws
    {
        try await Trail.with { trail in
            let chains = (0..<8).map { _ in AuditChain.tenant(.generate()) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for chain in chains {
                    for _ in 0..<5 { group.addTask { try await trail.enter(in: chain) } }
                }
                try await group.waitForAll()
            }
            let begun = try await trail.entries(.control).filter { $0.action == "audit.chain_begun" }
            #expect(begun.count == 8)
            let subjects = try begun.map { try JSON(parsing: $0.text)["subject"]?["id"]?.string ?? "" }
            #expect(Set(subjects) == Set(chains.map(\.description)))
        }
    }

    @Test func `what is rolled back is not entered, and begins no chain`() async throws {
        struct Undone: Error {}
        try await Trail.with { trail in
            await #expect(throws: Undone.self) {
                try await trail.plane.database.transaction { tx in
                    try await trail.plane.audit.enter(
                        AuditRecord("thing.done", .init("thing", 1), .system), in: trail.chain, tx)
                    throw Undone()
                }
            }
            let result = try await trail.verify()
            #expect(result.entries == 0 && result.isWhole == false)
            #expect(try await trail.entries(.control).isEmpty)
        }
    }

    @Test(arguments: ["UPDATE audit_entries SET hash = hash", "DELETE FROM audit_entries", "TRUNCATE audit_entries"])
    func `the server itself cannot change what was entered`(sql: String) async throws {
        try await Trail.with { trail in
            try await trail.enter(2)
            _ = try await trail.plane.auditSeals.sealNow(.system)
            for sql in [sql, sql.replacing("audit_entries", with: "audit_seals").replacing("hash", with: "seal")] {
                for client in [trail.plane.database, trail.superuser] {
                    let error = await #expect(throws: PostgresError.self) {
                        try await client.query(PostgresQuery("test.change", sql))
                    }
                    #expect(error?.sqlState == .insufficientPrivilege)
                }
            }
        }
    }

    @Test func `a dead letter that is sent again and a channel that is started stand in the tenant's chain`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            region.messenger.answer { _ in .giveUp(.never) }
            let id = try await company.send("lost", to: Person(1).byPhone)
            try await Hand(in: region).work()
            let cause = Cause(.apiKey(.generate()), requestID: "request")
            try await region.installation.deadLetters.retry(company.id, id, cause)
            await expectError(.notFound) { try await region.installation.deadLetters.retry(company.id, id, cause) }
            _ = try await region.installation.channels.start(company.id, company.channel.id, cause)
            await expectError(.notFound) {
                try await region.installation.channels.start(company.id, .generate(), cause)
            }
            let page = try await region.installation.auditReader.entries(
                .tenant(company.id), AuditFilter(), PageRequest(), .system)
            let entries = try page.items.reversed().map { try JSON(parsing: $0.text) }
            let mine = entries.filter { $0["request_id"] == "request" }
            #expect(mine.compactMap { $0["action"]?.string } == ["dead_letter.retried", "channel.started"])
            #expect(mine[0]["subject"]?["id"]?.string == id.description && mine[0]["principal"]?["kind"] == "api_key")
        }
    }

    /// Prints what one entry costs. No limit is set on it: other tests run beside it.
    @Test func `an entry takes milliseconds`() async throws {
        try await Trail.with { trail in
            try await trail.enter(20)
            let clock = ContinuousClock()
            var times: [Duration] = []
            for _ in 0..<200 { times.append(try await clock.measure { try await trail.enter() }) }
            times.sort()
            print("audit enter: median \(times[100]), 99 in 100 below \(times[198])")
            #expect(times[100] < .milliseconds(500))
        }
    }
}
