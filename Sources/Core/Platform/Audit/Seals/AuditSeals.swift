import Logging
import PluginKit
import Postgres

import struct Foundation.Date

/// Seals the heads of all chains, so that who holds a seal can tell whether the trail still says what it said then.
public struct AuditSeals: Sendable {
    let control: PostgresClient
    let audit: AuditTrail
    /// Nil for a process that does not seal.
    let identity: SealingIdentity?
    let logger: Logger

    /// Seals how things stand now.
    /// - Throws: `.unavailable` when there is nothing to seal with.
    public func sealNow(_ cause: Cause) async throws -> AuditSeal {
        try await control.transaction { tx in
            _ = try await tx.query(SealStore.lock())
            return try await make(day: nil, cause, tx)
        }
    }

    /// Seals every day that has ended and was not sealed yet, one by one, oldest first. Any number of processes may try at once.
    /// - Returns: how many it made.
    @discardableResult
    func sealDays(until now: Date) async throws -> Int {
        var count = 0
        while !Task.isCancelled, try await sealNextDay(until: now) { count += 1 }
        return count
    }

    private func sealNextDay(until now: Date) async throws -> Bool {
        try await control.transaction { tx in
            _ = try await tx.query(SealStore.lock())
            let reach = try await tx.query(SealStore.reach())[0]
            guard
                let day = Self.nextDay(
                    lastSealed: try reach.decode("sealed_day"), began: try reach.decode("began_at"), until: now)
            else { return false }
            _ = try await make(day: day, .system, tx)
            return true
        }
    }

    /// The oldest day (UTC) that has ended and is not sealed. A rule.
    static func nextDay(lastSealed: String?, began: String?, until now: Date) -> String? {
        let today = String(now.rfc3339.prefix(10))
        let day: String
        if let lastSealed {
            guard let next = end(of: lastSealed) else { return nil }
            day = String(next.rfc3339.prefix(10))
        } else if let began {
            day = String(began.prefix(10))
        } else {
            return nil
        }
        return day < today ? day : nil
    }

    static func end(of day: String) -> Date? { Date(rfc3339: "\(day)T00:00:00Z")?.addingTimeInterval(86_400) }

    private func make(day: String?, _ cause: Cause, _ tx: PostgresTransaction) async throws -> AuditSeal {
        guard let identity else {
            throw PlatformError(
                .unavailable, "This process has nothing to seal with.", remedy: "Set signing.certificate_file.")
        }
        let last = try await tx.query(SealStore.before(nil, limit: 1)).first.map(AuditSeal.init)
        let now = Date()
        let heads = try await tx.query(SealStore.heads(before: day.flatMap(Self.end) ?? .distantFuture)).map { row in
            SealDocument.Head(
                chain: AuditChain(try row.decode("chain", as: String.self)) ?? .control,
                sequence: try row.decode("sequence"), hash: try row.decode("hash"))
        }
        let document = SealDocument(
            number: (last?.number ?? 0) + 1, day: day, madeAt: now, previous: last?.sha256, heads: heads)
        let made = try await identity.seal(document.text, at: now)
        if let error = made.timestampError {
            logger.warning("a seal of the audit trail got no timestamp", metadata: ["error": "\(error.code)"])
        }
        let seal = AuditSeal(
            number: document.number, day: day, sealedAt: now, document: document.text, seal: made.seal,
            certificate: identity.identity.certificatePEM, isSelfSigned: identity.isSelfSigned,
            isTimestamped: made.isTimestamped)
        _ = try await tx.query(SealStore.add(seal))
        let note = SealNote(number: seal.number, sha256: seal.sha256, signer: identity.identity.fingerprint)
        try await audit.enter(
            AuditRecord(.sealed, .init("audit_seal", seal.number), cause, after: note.json), in: .control, tx)
        // A log goes where no database reaches: there the number and hash stay, whatever becomes of the table.
        logger.notice(
            "the audit trail is sealed", metadata: ["seal": "\(seal.number)", "sha256": "\(seal.sha256.hexadecimal)"])
        return seal
    }

    /// Newest first.
    public func list(_ page: PageRequest) async throws -> Page<AuditSeal> {
        let before = try page.parts(1).map { parts in
            guard let number = Int(parts[0]) else { throw PageRequest.badCursor }
            return number
        }
        let rows = try await control.query(SealStore.before(before, limit: page.limit + 1))
        return page.cut(try rows.map(AuditSeal.init)) { [String($0.number)] }
    }
}
