import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// What somebody does who is superuser of the control database, but has not the control plane's key.
@Suite struct TamperingTests {
    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: [String]
        var isSealed: Bool
        var commit: @Sendable (Trail) async throws -> Void

        init(
            _ name: String, _ expected: [String], isSealed: Bool = false,
            _ commit: @escaping @Sendable (Trail) async throws -> Void
        ) {
            testDescription = name
            self.expected = expected
            self.isSealed = isSealed
            self.commit = commit
        }
    }

    /// The tenant's chain has five entries. The control chain has three: the beginning of the tenant's chain and two more; a fourth
    /// when it was sealed.
    static let deeds = [
        Deed("nothing", []) { _ in },
        Deed("nothing, and sealed", [], isSealed: true) { _ in },
        Deed("changes an entry", ["entry_altered 2"]) { trail in
            try await trail.tamper(
                "UPDATE audit_entries SET entry = replace(entry, 'thing.done', 'thing.undone') WHERE chain = $1 AND sequence = 2",
                [trail.chain.description])
        },
        Deed("deletes an entry", ["entry_missing 2"]) { trail in
            try await trail.tamper(
                "DELETE FROM audit_entries WHERE chain = $1 AND sequence = 2", [trail.chain.description])
        },
        Deed(
            "inserts in the middle",
            ["entry_inserted 3", "entry_misplaced 4", "entry_misplaced 5", "entry_misplaced 6", "entry_beyond_head 6"]
        ) { trail in
            let third = try await trail.entries(trail.chain)[2]
            try await trail.tamper(
                "UPDATE audit_entries SET sequence = sequence + 100 WHERE chain = $1 AND sequence > 2",
                [trail.chain.description])
            try await trail.tamper(
                "UPDATE audit_entries SET sequence = sequence - 99 WHERE chain = $1 AND sequence > 100",
                [trail.chain.description])
            let text = third.text.replacing("thing.done", with: "thing.invented")
            try await trail.tamper(
                "INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry) VALUES ($1, 3, $2, $3, $4)",
                [
                    trail.chain.description, third.previousHash,
                    AuditHash.hash(of: text.utf8, after: third.previousHash), text,
                ])
        },
        Deed("adds at the end, hashes and head as they must be", ["head_forged 6"]) { trail in
            let last = try await trail.entries(trail.chain)[4]
            let text = last.text.replacing(#""sequence":5"#, with: #""sequence":6"#)
            _ = try await trail.forge(text, at: 6, after: last.hash, in: trail.chain)
        },
        Deed("writes everything anew from the second entry on, hashes and head as they must be", ["head_forged 5"]) {
            trail in
            let entries = try await trail.entries(trail.chain)
            var previous = entries[0].hash
            for entry in entries.dropFirst() {
                let text = entry.text.replacing("thing.done", with: "thing.undone")
                previous = try await trail.forge(text, at: entry.sequence, after: previous, in: trail.chain)
            }
        },
        Deed("cuts off the end", ["tail_missing 4"]) { trail in
            try await trail.tamper(
                "DELETE FROM audit_entries WHERE chain = $1 AND sequence > 3", [trail.chain.description])
        },
        Deed("cuts off the end and sets the head back", ["head_forged 3"]) { trail in
            let third = try await trail.entries(trail.chain)[2]
            try await trail.tamper(
                "DELETE FROM audit_entries WHERE chain = $1 AND sequence > 3", [trail.chain.description])
            var head = try await trail.head(trail.chain)
            (head.sequence, head.hash) = (3, third.hash)
            try await trail.put(back: head)
        },
        Deed("deletes the head's row", ["head_missing"]) { trail in
            try await trail.tamper("DELETE FROM audit_heads WHERE chain = $1", [trail.chain.description])
        },
        Deed("deletes a whole chain", ["chain_missing"]) { trail in
            for table in ["audit_entries", "audit_heads"] {
                try await trail.tamper("DELETE FROM \(table) WHERE chain = $1", [trail.chain.description])
            }
        },
        Deed("deletes a whole chain that was sealed", ["chain_missing"], isSealed: true) { trail in
            for table in ["audit_entries", "audit_heads"] {
                try await trail.tamper("DELETE FROM \(table) WHERE chain = $1", [trail.chain.description])
            }
        },
        Deed(
            "deletes a whole chain and what the control chain says of it",
            ["entry_missing 1", "chain_unannounced"].sorted()
        ) { trail in
            try await trail.tamper("DELETE FROM audit_entries WHERE chain = 'control' AND sequence = 1")
        },
        Deed("invents a chain", ["chain_unannounced", "head_forged 1"]) { trail in
            let chain = AuditChain.tenant(.generate())
            let text = AuditHash.text(
                AuditRecord("thing.done", .init("thing", "x"), .system), chain: chain, sequence: 1, at: Date())
            try await trail.tamper(
                "INSERT INTO audit_heads (chain, sequence, hash, mac) VALUES ($1, 0, $2, $2)",
                [chain.description, AuditHash.origin])
            _ = try await trail.forge(text, at: 1, after: AuditHash.origin, in: chain)
        },
        Deed("deletes the seal", ["seal_missing seal 1"], isSealed: true) { trail in
            try await trail.tamper("DELETE FROM audit_seals")
        },
        Deed("changes what was sealed", ["seal_altered seal 1"], isSealed: true) { trail in
            try await trail.tamper(
                "UPDATE audit_seals SET document = replace(document, '\"sequence\":5', '\"sequence\":4')")
        },
        Deed("changes the seal", ["seal_forged seal 1"], isSealed: true) { trail in
            try await trail.tamper("UPDATE audit_seals SET seal = seal || '\\x00'")
        },
        Deed("seals with a certificate of his own", ["seal_forged seal 1"], isSealed: true) { trail in
            let document = try await trail.plane.auditSeals.list(PageRequest()).items[0].document
            let other = try #require(SealingIdentity.test)
            try await trail.tamper(
                "UPDATE audit_seals SET seal = $1, certificate = $2",
                [try await other.seal(document, at: Date()).seal, other.identity.certificatePEM])
        },
        Deed("invents a seal", ["seal_unannounced seal 2"], isSealed: true) { trail in
            let first = try await trail.plane.auditSeals.list(PageRequest()).items[0]
            let other = try #require(SealingIdentity.test)
            let document = SealDocument(number: 2, day: nil, madeAt: Date(), previous: first.sha256, heads: []).text
            try await trail.tamper(
                """
                INSERT INTO audit_seals
                SELECT 2, NULL, now(), $1, $2, $3, true, false
                """, [document, try await other.seal(document, at: Date()).seal, other.identity.certificatePEM])
        },
    ]

    @Test(arguments: deeds) func `what a superuser does to the trail is found`(deed: Deed) async throws {
        try await Trail.with { trail in
            try await trail.enter(5)
            try await trail.enter(2, in: .control)
            if deed.isSealed { _ = try await trail.plane.auditSeals.sealNow(.system) }
            #expect(try await trail.findings() == [])
            try await deed.commit(trail)
            #expect(try await trail.findings() == deed.expected.sorted())
        }
    }

    /// A head that was once genuine, kept and put back together with the entries as they then were.
    @Test(arguments: [false, true])
    func `an old genuine head with the end cut off is found as far as the newest seal goes`(
        isSealedAfter: Bool
    ) async throws {
        try await Trail.with { trail in
            try await trail.enter(3)
            let old = try await trail.head(trail.chain)
            try await trail.enter(2)
            if isSealedAfter { _ = try await trail.plane.auditSeals.sealNow(.system) }
            try await trail.tamper(
                "DELETE FROM audit_entries WHERE chain = $1 AND sequence > 3", [trail.chain.description])
            try await trail.put(back: old)
            // What remains: until the next seal nothing tells. Docs/audit.md says so.
            #expect(try await trail.findings() == (isSealedAfter ? ["sealed_entry_missing 5 seal 1"] : []))
        }
    }

    @Test func `putting back the control chain too, from before a seal, leaves a seal that nobody made`() async throws {
        try await Trail.with { trail in
            try await trail.enter(3)
            let old = [try await trail.head(trail.chain), try await trail.head(.control)]
            try await trail.enter(2)
            let seal = try await trail.plane.auditSeals.sealNow(.system)
            for head in old {
                try await trail.tamper(
                    "DELETE FROM audit_entries WHERE chain = $1 AND sequence > $2",
                    [head.chain.description, head.sequence])
                try await trail.put(back: head)
            }
            #expect(try await trail.findings() == ["seal_unannounced seal 1", "sealed_entry_missing 5 seal 1"])
            // Without the seal's row nothing inside the database tells any more; what was written down outside does.
            try await trail.tamper("DELETE FROM audit_seals")
            #expect(try await trail.findings() == [])
            let known = AuditVerifier.KnownSeal(number: seal.number, sha256: seal.sha256)
            #expect(try await trail.findings(known: [known]) == ["seal_missing seal 1"])
        }
    }

    @Test func `one chain alone can be checked, and does not tell of the others`() async throws {
        try await Trail.with { trail in
            let other = AuditChain.tenant(.generate())
            try await trail.enter(3)
            try await trail.enter(3, in: other)
            try await trail.tamper(
                "DELETE FROM audit_entries WHERE chain = $1 AND sequence = 2", [trail.chain.description])
            #expect(try await trail.findings(trail.chain) == ["entry_missing 2"])
            #expect(try await trail.findings(other) == [])
            #expect(try await trail.findings(.control) == [])
            for table in ["audit_entries", "audit_heads"] {
                try await trail.tamper("DELETE FROM \(table) WHERE chain = $1", [other.description])
            }
            #expect(try await trail.findings(other) == ["chain_missing"])
            #expect(try await trail.findings(.tenant(.generate())) == [])
        }
    }
}
