import Foundation
import PluginKit
import Testing

@testable import Platform

/// The rule alone: a chain of five entries, damaged in every way.
@Suite struct ChainCheckTests {
    private static let hashes = AuditHash(DataKey.generate())
    private static let chain = AuditChain.control

    struct Written: Sendable {
        var entries: [StoredEntry]
        var head: StoredHead?
        var sealed: [SealedHead] = []
    }

    private static func text(_ sequence: Int, _ action: String = "thing.done") -> String {
        AuditHash.text(
            AuditRecord(action, .init("thing", sequence), .system), chain: chain, sequence: sequence,
            at: Date(timeIntervalSince1970: 1_800_000_000))
    }

    /// A chain as it should be, of these texts.
    static func chained(_ texts: [String]) -> Written {
        var (entries, previous) = ([StoredEntry](), AuditHash.origin)
        for (index, text) in texts.enumerated() {
            let hash = AuditHash.hash(of: text.utf8, after: previous)
            entries.append(
                StoredEntry(chain: chain, sequence: index + 1, previousHash: previous, hash: hash, text: text))
            previous = hash
        }
        return Written(entries: entries, head: head(entries.count, previous))
    }

    private static func head(_ sequence: Int, _ hash: [UInt8]) -> StoredHead {
        StoredHead(chain: chain, sequence: sequence, hash: hash, mac: hashes.mac(chain, sequence: sequence, hash: hash))
    }

    private static let whole = chained((1...5).map { text($0) })

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: [String]
        var make: @Sendable (inout Written) -> Void

        init(_ name: String, _ expected: [String], _ make: @escaping @Sendable (inout Written) -> Void) {
            testDescription = name
            self.expected = expected
            self.make = make
        }
    }

    static let damages = [
        Damage("nothing", []) { _ in },
        Damage("an entry's text changed", ["entry_altered 3"]) { $0.entries[2].text = text(3, "thing.undone") },
        Damage("a text changed with its hash", ["previous_hash_wrong 4"]) {
            $0.entries[2].text = text(3, "thing.undone")
            $0.entries[2].hash = AuditHash.hash(of: $0.entries[2].text.utf8, after: $0.entries[2].previousHash)
        },
        Damage("the last text changed with its hash", ["head_wrong 5"]) {
            $0.entries[4].text = text(5, "thing.undone")
            $0.entries[4].hash = AuditHash.hash(of: $0.entries[4].text.utf8, after: $0.entries[4].previousHash)
        },
        Damage("one taken out", ["entry_missing 3"]) { $0.entries.remove(at: 2) },
        Damage("the first taken out", ["entry_missing 1"]) { $0.entries.remove(at: 0) },
        Damage(
            "one taken out and the rest moved up",
            ["entry_misplaced 3", "previous_hash_wrong 3", "entry_misplaced 4", "tail_missing 5"]
        ) {
            $0.entries.remove(at: 2)
            for index in 2...3 { $0.entries[index].sequence -= 1 }
        },
        Damage(
            "one put in and the rest moved down",
            [
                "entry_inserted 3", "entry_misplaced 4", "entry_misplaced 5", "entry_misplaced 6",
                "entry_beyond_head 6",
            ]
        ) {
            let (text, previous) = (text(3, "thing.invented"), $0.entries[2].previousHash)
            for index in 2...4 { $0.entries[index].sequence += 1 }
            $0.entries.insert(
                StoredEntry(
                    chain: chain, sequence: 3, previousHash: previous,
                    hash: AuditHash.hash(of: text.utf8, after: previous), text: text), at: 2)
        },
        Damage(
            "two exchanged",
            ["entry_inserted 2", "entry_inserted 3", "entry_misplaced 2", "entry_misplaced 3", "previous_hash_wrong 2"]
        ) {
            $0.entries.swapAt(1, 2)
            ($0.entries[1].sequence, $0.entries[2].sequence) = (2, 3)
        },
        Damage("read in another order", ["entry_missing 2", "entry_out_of_order 2"]) { $0.entries.swapAt(1, 2) },
        Damage("a wrong previous hash", ["entry_altered 3", "previous_hash_wrong 3"]) {
            $0.entries[2].previousHash[0] ^= 1
        },
        Damage("an entry of another chain", ["entry_misplaced 5", "head_wrong 5"]) {
            let other = AuditHash.text(
                AuditRecord("thing.done", .init("thing", 5), .system), chain: .tenant(.generate()), sequence: 5,
                at: Date())
            $0.entries[4].text = other
            $0.entries[4].hash = AuditHash.hash(of: other.utf8, after: $0.entries[4].previousHash)
        },
        Damage("all written anew from the third on, without the key", ["head_forged 5"]) {
            $0 = chained([text(1), text(2), text(3, "thing.undone"), text(4), text(5)])
            $0.head?.mac = [UInt8](repeating: 7, count: 32)
        },
        Damage("one added with hashes and head, without the key", ["head_forged 6"]) {
            let mac = $0.head?.mac ?? []
            $0 = chained((1...6).map { text($0) })
            $0.head?.mac = mac
        },
        Damage("one added without the head", ["entry_beyond_head 6"]) {
            $0.entries = chained((1...6).map { text($0) }).entries
        },
        Damage("the end cut off", ["tail_missing 4"]) { $0.entries.removeLast(2) },
        Damage("the end cut off and the head set back, without the key", ["head_forged 3"]) {
            $0.entries.removeLast(2)
            $0.head?.sequence = 3
            $0.head?.hash = $0.entries[2].hash
        },
        Damage("the end cut off and a genuine head put back, nothing sealed", []) {
            $0.entries.removeLast(2)
            $0.head = head(3, $0.entries[2].hash)
        },
        Damage("the same after a seal", ["sealed_entry_missing 5 seal 7"]) {
            $0.sealed = [SealedHead(chain: chain, sequence: 5, hash: $0.entries[4].hash, seal: 7)]
            $0.entries.removeLast(2)
            $0.head = head(3, $0.entries[2].hash)
        },
        Damage("cut off, gone on with the key, and sealed before", ["sealed_entry_differs 4 seal 7"]) {
            $0.sealed = [SealedHead(chain: chain, sequence: 4, hash: $0.entries[3].hash, seal: 7)]
            $0.entries = chained((1...3).map { text($0) } + [text(4, "thing.undone"), text(5)]).entries
            $0.head = head(5, $0.entries[4].hash)
        },
        Damage("a seal of an entry that was taken out", ["entry_missing 3", "sealed_entry_missing 3 seal 1"]) {
            $0.sealed = [SealedHead(chain: chain, sequence: 3, hash: $0.entries[2].hash, seal: 1)]
            $0.entries.remove(at: 2)
        },
        Damage("seals that fit", []) {
            $0.sealed = [2, 5, 5].map { number in
                SealedHead(chain: chain, sequence: number, hash: whole.entries[number - 1].hash, seal: number)
            }
        },
        Damage("the head gone", ["head_missing"]) { $0.head = nil },
        Damage("everything gone but the head", ["tail_missing 1"]) { $0.entries = [] },
        Damage("a head that was never moved", ["head_forged 0"]) {
            $0.entries = []
            $0.head = StoredHead(chain: chain, sequence: 0, hash: AuditHash.origin, mac: [])
        },
    ]

    @Test(arguments: damages) func `what was done to a chain is found, and nothing else`(damage: Damage) {
        var written = Self.whole
        damage.make(&written)
        var check = ChainCheck(Self.chain, Self.hashes, sealed: written.sealed)
        for entry in written.entries { check.take(entry) }
        let result = check.finished(head: written.head)
        let found = result.findings.map { finding in
            [finding.kind.rawValue, finding.sequence.map(String.init), finding.seal.map { "seal \($0)" }]
                .compactMap { $0 }.joined(separator: " ")
        }
        #expect(found.sorted() == damage.expected.sorted())
        #expect(result.isWhole == damage.expected.isEmpty)
    }

    @Test func `another installation's head is forged here`() {
        var check = ChainCheck(Self.chain, AuditHash(DataKey.generate()))
        for entry in Self.whole.entries { check.take(entry) }
        #expect(check.finished(head: Self.whole.head).findings.map(\.kind) == [.headForged])
    }

    @Test func `of a chain that was written over only so many findings are kept, and the others are counted`() {
        var check = ChainCheck(Self.chain, Self.hashes)
        for number in 1...500 {
            check.take(
                StoredEntry(
                    chain: Self.chain, sequence: number, previousHash: AuditHash.origin, hash: AuditHash.origin,
                    text: "{}"))
        }
        let result = check.finished(head: nil)
        #expect(result.findings.count == ChainCheck.limit && result.further > 800 && result.entries == 500)
    }

    @Test func `what somebody typed does not keep an entry from being stored`() {
        let record = AuditRecord(
            "thing.done", .init("thing", "a\0b"), Cause(.system, reason: "why\0not"), before: ["a\\u0000": "x\0y"],
            after: ["list": ["\0", "z"]])
        let text = AuditHash.text(record, chain: .control, sequence: 1, at: Date())
        let json = try? JSON(parsing: text)
        #expect(!text.contains(#""x\u0000"#) && json?["reason"] == "whynot" && json?["subject"]?["id"] == "ab")
        #expect(json?["before"]?["a\\u0000"] == "xy" && json?["after"]?["list"] == ["", "z"])
    }
}
