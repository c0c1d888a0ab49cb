import Foundation
import PluginKit
import Postgres
import Synchronization
import Testing

@testable import Platform

@Suite struct AuditReadingTests {
    struct Search: Sendable {
        var filter: AuditFilter
        var expected: [Int]

        init(_ expected: [Int], _ change: (inout AuditFilter) -> Void) {
            filter = AuditFilter()
            change(&filter)
            self.expected = expected
        }
    }

    static let searches = [
        Search([4, 3, 2, 1]) { _ in },
        Search([1, 2, 3, 4]) { $0.isOldestFirst = true },
        Search([3, 1]) { $0.action = "a.done" },
        Search([2, 1]) { $0.principal = "one" },
        Search([4, 3, 1]) { $0.subject = "x" },
        Search([3]) { $0.outcome = .refused },
        Search([4]) {
            $0.action = "b.done"
            $0.principal = "other"
        },
        Search([]) { $0.until = "2026-01-01T00:00:00.000Z" },
        Search([4, 3, 2, 1]) { $0.since = "2026-01-01T00:00:00.000Z" },
        Search([]) { $0.since = "2999-01-01T00:00:00.000Z" },
    ]

    @Test(arguments: searches)
    func `entries are found by what was done, by whom, to what, when and with which outcome`(search: Search)
        async throws
    {
        try await Trail.with { trail in
            let audit = trail.plane.audit
            func enter(_ action: String, _ who: String, _ subject: String, _ outcome: AuditRecord.Outcome) async throws
            {
                let cause = Cause(Principal(.staff, id: who))
                try await audit.enter(
                    AuditRecord(action, .init("thing", subject), cause, outcome: outcome), in: trail.chain)
            }
            try await enter("a.done", "one", "x", .done)
            try await enter("b.done", "one", "y", .done)
            try await enter("a.done", "other", "x", .refused)
            try await enter("b.done", "other", "x", .done)
            let page = try await trail.plane.auditReader.entries(
                trail.chain, search.filter, PageRequest(), .system)
            #expect(page.items.map(\.sequence) == search.expected)
        }
    }

    @Test(arguments: [false, true]) func `pages go on where the one before ended`(isOldestFirst: Bool) async throws {
        try await Trail.with { trail in
            try await trail.enter(7)
            var filter = AuditFilter()
            filter.isOldestFirst = isOldestFirst
            var (page, seen) = (PageRequest(limit: 3), [Int]())
            repeat {
                let part = try await trail.plane.auditReader.entries(trail.chain, filter, page, .system)
                seen += part.items.map(\.sequence)
                page.cursor = part.next
            } while page.cursor != nil
            #expect(seen == (isOldestFirst ? Array(1...7) : (1...7).reversed()))
        }
    }

    @Test func `each reading is one entry in the control chain, the reading of that chain too`() async throws {
        try await Trail.with { trail in
            try await trail.enter(1)
            let before = try await trail.entries(.control).count
            let cause = Cause(Principal(.staff, id: "reader"), requestID: "r")
            var filter = AuditFilter()
            filter.subject = "49151234567"
            let reader = trail.plane.auditReader
            _ = try await reader.entries(trail.chain, filter, PageRequest(), cause)
            _ = try await reader.entries(.control, AuditFilter(), PageRequest(), cause)
            _ = try await reader.chains(PageRequest(), cause)
            _ = try await reader.seals(trail.plane.auditSeals, PageRequest(), cause)
            _ = try await reader.verification(trail.plane.auditVerifier, of: trail.chain, cause)
            let entries = try await trail.entries(.control).dropFirst(before).map { try JSON(parsing: $0.text) }
            #expect(entries.count == 5 && entries.allSatisfy { $0["action"] == "audit.read" })
            #expect(
                entries.compactMap { $0["after"]?["what"]?.string }
                    == ["entries", "entries", "chains", "seals", "verification"])
            #expect(entries[0]["subject"]?["id"]?.string == trail.chain.description)
            #expect(
                !JSON.array(Array(entries)).text.contains("49151234567"),
                "what may be a person's stands there as a digest")
        }
    }

    @Test func `a chain that was never begun is not there to be checked`() async throws {
        try await Trail.with { trail in
            await expectError(.notFound) {
                try await trail.plane.auditReader.verification(
                    trail.plane.auditVerifier, of: .tenant(.generate()), .system)
            }
        }
    }

    @Test func `an export has every entry since then, what they follow, and the seals`() async throws {
        try await Trail.with { trail in
            try await trail.enter(3)
            _ = try await trail.plane.auditSeals.sealNow(.system)
            let lines = Mutex<[AuditEntry]>([])
            let start = Mutex<AuditExport.Beginning?>(nil)
            let seals = Mutex(0)
            try await trail.plane.auditExport.export(trail.chain, since: nil, .system) { begin in
                start.withLock { $0 = begin }
            } entry: { entry in
                lines.withLock { $0.append(entry) }
            } seal: { _ in
                seals.withLock { $0 += 1 }
            }
            let stored = try await trail.entries(trail.chain)
            #expect(lines.withLock { $0.map(\.text) } == stored.map(\.text) && seals.withLock { $0 } == 1)
            #expect(start.withLock { $0?.previousHash } == AuditHash.origin && start.withLock { $0?.sequence } == 1)
            await expectError(.notFound) {
                try await trail.plane.auditExport.export(
                    trail.chain, since: Date().addingTimeInterval(60), .system, begin: { _ in }, entry: { _ in },
                    seal: { _ in })
            }
        }
    }
}

@Suite struct RefusalTallyTests {
    private func entries(_ trail: Trail) async throws -> [JSON] {
        try await trail.entries(.control).map { try JSON(parsing: $0.text) }
            .filter { $0["action"] == "access.unauthenticated" }
    }

    @Test func `many refused requests are one entry that counts them, without an address`() async throws {
        try await Trail.with { trail in
            let tally = RefusalTally(audit: trail.plane.audit, controlKey: .generate(), logger: .quiet)
            for _ in 0..<3 { tally.count(surface: "admin", route: "GET /admin/v1/tenants", source: [192, 0, 2, 1]) }
            tally.count(surface: "tenant", route: "GET /api/v1/messages", source: [192, 0, 2, 2])
            tally.count(surface: "tenant", route: "GET /api/v1/messages", source: nil)
            await tally.flush()
            await tally.flush()
            let found = try await entries(trail)
            #expect(
                found.count == 1 && found[0]["outcome"] == "refused" && found[0]["principal"]?["kind"] == "anonymous")
            let counts = found[0]["after"]?["counts"]?.array ?? []
            #expect(counts.compactMap { $0["requests"]?.int } == [3, 1, 1] && found[0]["after"]?["requests"]?.int == 5)
            #expect(Set(counts.compactMap { $0["source"]?.string }).count == 3)
            #expect(!found[0].text.contains("192"))
        }
    }

    @Test func `a flood from everywhere stays small in memory and in the trail, and is counted whole`() async throws {
        try await Trail.with { trail in
            let tally = RefusalTally(audit: trail.plane.audit, controlKey: .generate(), logger: .quiet)
            for number in 0..<20_000 {
                let source = [10, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
                tally.count(surface: "admin", route: "GET /admin/v1/tenants", source: source)
            }
            await tally.flush()
            let found = try await entries(trail)[0]
            #expect(found["after"]?["requests"]?.int == 20_000)
            #expect(found["after"]?["counts"]?.array?.count == RefusalTally.listed)
            #expect(found["after"]?["others"]?.int == 20_000 - RefusalTally.listed && found.text.utf8.count < 10_000)
        }
    }

    @Test func `addresses of one IPv6 network count as one`() async throws {
        try await Trail.with { trail in
            let tally = RefusalTally(audit: trail.plane.audit, controlKey: .generate(), logger: .quiet)
            for last in 0..<9 as Range<UInt8> {
                tally.count(
                    surface: "admin", route: "r",
                    source: [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: last / 8, count: 4)
                        + [UInt8](repeating: last, count: 8))
            }
            await tally.flush()
            let counts = try await entries(trail)[0]["after"]?["counts"]?.array
            #expect(counts?.compactMap { $0["requests"]?.int } == [8, 1])
        }
    }

    @Test func `what was counted is entered when the service stops`() async throws {
        try await Trail.with { trail in
            let tally = RefusalTally(audit: trail.plane.audit, controlKey: .generate(), logger: .quiet)
            try await running([tally]) { tally.count(surface: "admin", route: "r", source: nil) }
            #expect(try await entries(trail).count == 1)
        }
    }
}
