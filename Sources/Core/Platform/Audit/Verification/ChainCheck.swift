/// Follows one chain entry by entry, in the order of their numbers, and notes what does not fit. A rule: it reads nothing itself, and
/// its memory does not grow with the chain.
///
/// What each trick leaves behind:
///
/// | somebody | is seen by |
/// | --- | --- |
/// | changes an entry | its hash |
/// | changes an entry and its hash | the next one's previous hash, or the head |
/// | takes an entry out | the gap |
/// | takes one out and moves the rest up | what the rest says of its own place |
/// | puts one in | the entry after it, and what that says of its place |
/// | writes all from some entry on anew, hashes and head too | the head's MAC |
/// | cuts off the end and sets the head back | the head's MAC |
/// | does the same and puts back a head that was once genuine | the newest seal, as far as that goes |
struct ChainCheck: Sendable {
    /// Findings that are listed; of a chain that somebody wrote over there would be as many as entries.
    static let limit = 100

    private let chain: AuditChain
    private let hashes: AuditHash
    private var result: ChainVerification
    private var before: [UInt8]?
    /// What seals say, in the order of entries.
    private var sealed: ArraySlice<SealedHead>

    init(_ chain: AuditChain, _ hashes: AuditHash, sealed: [SealedHead] = []) {
        self.chain = chain
        self.hashes = hashes
        self.sealed =
            sealed.filter { $0.chain == chain }.sorted { ($0.sequence, $0.seal) < ($1.sequence, $1.seal) }[...]
        result = ChainVerification(
            chain: chain, entries: 0, sequence: 0, hash: AuditHash.origin, findings: [], further: 0)
    }

    mutating func take(_ entry: StoredEntry) {
        result.entries += 1
        guard entry.sequence > result.sequence else {
            note(.entryOutOfOrder, entry.sequence)
            return
        }
        // The hash column is believed for following on alone: so one altered entry is one finding, not all that come after.
        if AuditHash.hash(of: entry.text.utf8, after: entry.previousHash) != entry.hash {
            note(.entryAltered, entry.sequence)
        }
        if entry.sequence > result.sequence + 1 {
            note(.entryMissing, result.sequence + 1)
        } else if entry.previousHash != result.hash {
            if entry.previousHash == before {
                note(.entryInserted, result.sequence)
            } else {
                note(.previousHashWrong, entry.sequence)
            }
        }
        if !entry.text.utf8.starts(with: AuditHash.beginning(of: chain, entry.sequence).utf8) {
            note(.entryMisplaced, entry.sequence)
        }
        passSeals(before: entry.sequence)
        while let head = sealed.first, head.sequence == entry.sequence {
            if head.hash != entry.hash { note(.sealedEntryDiffers, entry.sequence, seal: head.seal) }
            sealed.removeFirst()
        }
        before = result.hash
        result.sequence = entry.sequence
        result.hash = entry.hash
    }

    /// - Parameter head: nil when there is none.
    func finished(head: StoredHead?) -> ChainVerification {
        var check = self
        check.end(head)
        return check.result
    }

    private mutating func end(_ head: StoredHead?) {
        passSeals(before: .max)
        guard let head else {
            note(.headMissing, nil)
            return
        }
        if head.sequence > result.sequence {
            note(.tailMissing, result.sequence + 1)
        } else if head.sequence < result.sequence {
            note(.entryBeyondHead, head.sequence + 1)
        } else if head.hash != result.hash {
            note(.headWrong, head.sequence)
        }
        if !hashes.isGenuine(head) { note(.headForged, head.sequence) }
    }

    /// Sealed entries that should have come by now.
    private mutating func passSeals(before sequence: Int) {
        while let head = sealed.first, head.sequence < sequence {
            note(.sealedEntryMissing, head.sequence, seal: head.seal)
            sealed.removeFirst()
        }
    }

    private mutating func note(_ kind: AuditFinding.Kind, _ sequence: Int?, seal: Int? = nil) {
        if result.findings.count < Self.limit {
            result.findings.append(AuditFinding(kind, chain, sequence: sequence, seal: seal))
        } else {
            result.further += 1
        }
    }
}
