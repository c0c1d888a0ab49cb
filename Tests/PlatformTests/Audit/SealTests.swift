import Foundation
import PluginKit
import Postgres
import Signing
import Testing

@testable import Platform

@Suite struct SealTests {
    @Test(
        arguments: [
            (nil, nil, "2026-03-02T00:00:10Z", nil),
            (nil, "2026-03-01T23:59:59.999Z", "2026-03-02T00:00:10Z", "2026-03-01"),
            (nil, "2026-03-01T08:00:00.000Z", "2026-03-01T23:59:59Z", nil),
            ("2026-02-28", "2026-01-01T00:00:00.000Z", "2026-03-02T00:00:10Z", "2026-03-01"),
            ("2028-02-28", "2026-01-01T00:00:00.000Z", "2028-03-02T00:00:10Z", "2028-02-29"),
            ("2026-03-01", "2026-01-01T00:00:00.000Z", "2026-03-02T23:59:59Z", nil),
            ("2026-12-31", "2026-01-01T00:00:00.000Z", "2027-01-02T00:00:00Z", "2027-01-01"),
        ] as [(String?, String?, String, String?)])
    func `the day to seal next is the oldest that has ended and is not sealed`(
        sealed: String?, began: String?, now: String, expected: String?
    ) throws {
        let now = try #require(Date(rfc3339: now))
        #expect(AuditSeals.nextDay(lastSealed: sealed, began: began, until: now) == expected)
    }

    @Test func `days that were missed are sealed one by one, each with the heads of its end`() async throws {
        try await Trail.with { trail in
            try await trail.enter(2)
            let now = Date()
            #expect(try await trail.plane.auditSeals.sealDays(until: now) == 0, "today has not ended")
            #expect(try await trail.plane.auditSeals.sealDays(until: now.addingTimeInterval(3 * 86_400)) == 3)
            let seals = try await trail.plane.auditSeals.list(PageRequest()).items
            #expect(seals.map(\.number) == [3, 2, 1])
            let days = seals.reversed().compactMap(\.day)
            #expect(days == (0..<3).map { String(now.addingTimeInterval(Double($0) * 86_400).rfc3339.prefix(10)) })
            let documents = try seals.reversed().map { try #require(SealDocument($0.document)) }
            #expect(documents.map(\.previous) == [nil, seals[2].sha256, seals[1].sha256])
            let tenant = documents[0].heads.first { $0.chain == trail.chain }
            let second = try await trail.entries(trail.chain)[1]
            #expect(tenant?.sequence == 2 && tenant?.hash == second.hash)
            #expect(try await trail.findings() == [])
        }
    }

    /// As if the trail had begun yesterday: both chains' first entries are of then.
    private func beginYesterday(_ trail: Trail) async throws -> String {
        try await trail.enter(2)
        let yesterday = String(Date().addingTimeInterval(-86_400).rfc3339.prefix(10))
        for chain in [trail.chain, .control] {
            let first = try await trail.entries(chain)[0]
            let today = String(Date().rfc3339.prefix(10))
            _ = try await trail.forge(
                first.text.replacing(today, with: yesterday), at: 1, after: AuditHash.origin, in: chain)
        }
        return yesterday
    }

    @Test(.timeLimit(.minutes(5))) func `a process that starts seals the day that it missed`() async throws {
        try await Trail.with { trail in
            let yesterday = try await beginYesterday(trail)
            let seals = trail.plane.auditSeals
            let consents = ConsentHeads(
                directory: RegionDirectory(regions: [:], shards: [:]), audit: trail.plane.audit, logger: .quiet)
            let sealer = AuditSealer(seals: seals, consents: consents, logger: .quiet)
            try await running([sealer, sealer]) {
                while try await seals.list(PageRequest()).items.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            }
            let made = try await seals.list(PageRequest()).items
            #expect(made.map(\.day) == [yesterday])
        }
    }

    @Test func `a day's seal leaves out what was entered after the day's end`() async throws {
        try await Trail.with { trail in
            let yesterday = try await beginYesterday(trail)
            #expect(try await trail.plane.auditSeals.sealDays(until: Date()) == 1)
            let document = try #require(
                SealDocument(try await trail.plane.auditSeals.list(PageRequest()).items[0].document))
            #expect(document.day == yesterday)
            #expect(document.heads.map(\.sequence) == [1, 1])
        }
    }

    @Test func `many processes that try at once make each seal once`() async throws {
        try await Trail.with { trail in
            try await trail.enter(1)
            let later = Date().addingTimeInterval(2 * 86_400)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { try await trail.plane.auditSeals.sealDays(until: later) } }
                let made = try await group.reduce(0, +)
                #expect(made == 2)
            }
            #expect(try await trail.findings() == [])
        }
    }

    @Test func `without a certificate nothing is sealed, and the trail is whole all the same`() async throws {
        try await Trail.with(sealing: nil) { trail in
            try await trail.enter(1)
            await expectError(.unavailable) { try await trail.plane.auditSeals.sealNow(.system) }
            #expect(try await trail.findings() == [])
        }
    }

    @Test
    func `an authority that does not answer keeps nothing from being sealed, and the seal says that it is missing`()
        async throws
    {
        let plain = try #require(SealingIdentity.test)
        let sealing = SealingIdentity(
            plain.identity, isSelfSigned: false, authority: TimestampAuthority(url: "https://tsa.invalid/"),
            http: KindMeta())
        try await Trail.with(sealing: sealing) { trail in
            try await trail.enter(1)
            let seal = try await trail.plane.auditSeals.sealNow(.system)
            #expect(!seal.isTimestamped && !seal.isSelfSigned)
            #expect(try await trail.findings() == [])
        }
    }

    @Test func `seals stay good when the certificate is changed`() async throws {
        try await Trail.with { trail in
            try await trail.enter(1)
            _ = try await trail.plane.auditSeals.sealNow(.system)
            let next = AuditSeals(
                control: trail.plane.database, audit: trail.plane.audit, identity: .test, logger: .quiet)
            _ = try await next.sealNow(.system)
            #expect(try await trail.findings() == [])
            #expect(Set(try await next.list(PageRequest()).items.map(\.certificate)).count == 2)
        }
    }

    @Test(arguments: ["", "{}", #"{"format":"obhut/audit-seal/1"}"#, #"{"format":"obhut/audit-seal/2","number":1}"#])
    func `what is no document of a seal is not read as one`(text: String) {
        #expect(SealDocument(text) == nil)
    }

    @Test func `a document reads back as it was written`() {
        let document = SealDocument(
            number: 7, day: "2026-03-01", madeAt: Date(timeIntervalSince1970: 1_800_000_000.25),
            previous: Array(0..<32),
            heads: [.init(chain: .control, sequence: 3, hash: Array(32..<64))])
        #expect(SealDocument(document.text) == document)
        #expect([UInt8](hexadecimal: "0g") == nil && [UInt8](hexadecimal: "abc") == nil)
    }
}
