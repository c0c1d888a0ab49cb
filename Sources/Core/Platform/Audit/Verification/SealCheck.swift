import Postgres
import Signing

/// Follows the seals in the order of their numbers, and notes what does not fit. What they say of chains is for `ChainCheck`.
struct SealCheck: Sendable {
    private(set) var count = 0
    /// What seals say of chains. A chain that stood still is there once, not once a day.
    private(set) var heads: [SealedHead] = []
    private var notes: [Int: SealNote] = [:]
    private var found: [AuditFinding] = []
    private var lastNumber = 0
    private var lastHash: [UInt8]?
    private var reach: [AuditChain: SealDocument.Head] = [:]

    static func read(_ tx: PostgresTransaction) async throws -> SealCheck {
        var check = SealCheck()
        while true {
            let rows = try await tx.query(SealStore.after(check.lastNumber, limit: 100))
            for row in rows { check.take(try AuditSeal(row)) }
            if rows.count < 100 { return check }
        }
    }

    mutating func take(_ seal: AuditSeal) {
        count += 1
        for missing in lastNumber + 1..<max(seal.number, lastNumber + 1) { note(.sealMissing, missing) }
        let isNext = seal.number == lastNumber + 1
        lastNumber = seal.number
        let previous = lastHash
        lastHash = seal.sha256
        notes[seal.number] = SealNote(number: seal.number, sha256: seal.sha256, signer: "")
        guard let document = SealDocument(seal.document), document.number == seal.number, document.day == seal.day
        else {
            note(.sealAltered, seal.number)
            return
        }
        if isNext, document.previous != previous { note(.sealOutOfOrder, seal.number) }
        do throws(SigningError) {
            // The certificate beside the seal is not believed for standing there: the control chain's entry names it too.
            let certificate = try Certificate(pem: seal.certificate)
            notes[seal.number]?.signer = certificate.fingerprint
            _ = try CMSSeal.verify(seal.seal, over: Array(seal.document.utf8), trusting: [certificate])
        } catch {
            note(error == .contentAltered ? .sealAltered : .sealForged, seal.number)
            return
        }
        for head in document.heads where reach.updateValue(head, forKey: head.chain) != head {
            heads.append(
                SealedHead(chain: head.chain, sequence: head.sequence, hash: head.hash, seal: seal.number))
        }
    }

    /// What the seals show by themselves, and beside those that somebody wrote down.
    func findings(known: [AuditVerifier.KnownSeal]) -> [AuditFinding] {
        found
            + known.compactMap { known in
                guard let note = notes[known.number] else {
                    return AuditFinding(.sealMissing, .control, seal: known.number)
                }
                return note.sha256 == known.sha256 ? nil : AuditFinding(.sealAltered, .control, seal: known.number)
            }
    }

    /// What they show beside the control chain.
    func findings(announced: [Int: SealNote]) -> [AuditFinding] {
        let told = Set(found)
        return Set(announced.keys).union(notes.keys).sorted().compactMap { number -> AuditFinding? in
            switch (announced[number], notes[number]) {
            case (_, nil): AuditFinding(.sealMissing, .control, seal: number)
            case (nil, _): AuditFinding(.sealUnannounced, .control, seal: number)
            case (let said?, let seal?) where said.sha256 != seal.sha256:
                AuditFinding(.sealAltered, .control, seal: number)
            case (let said?, let seal?) where said.signer != seal.signer:
                AuditFinding(.sealForged, .control, seal: number)
            default: nil
            }
        }.filter { !told.contains($0) }
    }

    private mutating func note(_ kind: AuditFinding.Kind, _ number: Int) {
        found.append(AuditFinding(kind, .control, seal: number))
    }
}
