public import PluginKit
import Postgres

import struct Foundation.Date

/// One's own password while signed in.
extension SignInService {
    /// Characters that a password has at least.
    public static let minimumPasswordLength = PasswordRules.lengths.lowerBound

    /// Whether a member signs in by a password; who comes by a provider or a link alone has none.
    public func hasPassword(_ member: StaffID) async throws -> Bool {
        let query = PostgresQuery("sign-in.has-password", "SELECT 1 FROM staff_passwords WHERE staff_id = $1", [member])
        return try await !control.query(query).isEmpty
    }

    /// Sets another password, for who knows the one so far and, with an authenticator, has its code: a session alone,
    /// which somebody may have left open, is not enough (OWASP ASVS 5.0, 6.2.3). Wrong tries count as at signing in.
    ///
    /// The member's other sessions and what was begun with the old password are over, and this session's cookie is
    /// renewed.
    /// - Parameter cookie: the session's.
    /// - Throws: `.invalid` naming `new_password`; `.conflict` for a member without a password.
    public func changePassword(
        of member: StaffMember, in session: SessionID, _ cookie: Secret<String>, from old: Secret<String>,
        to new: Secret<String>, code: String, _ origin: SignInOrigin
    ) async throws -> PasswordChangeOutcome {
        try Self.check(new, member.email, at: "new_password")
        guard let row = try await control.query(SignInStore.credentials(email: member.email)).first else {
            throw PlatformError(.conflict, "This account has no password.", remedy: "Sign in as you did before.")
        }
        let hasFactor = try row.decode("confirmed_at", as: Date?.self) != nil
        let isKnown = try await knows(origin.device, member.id)
        // In a browser that is known one counter has both, so each is taken once.
        let passwords = counters(member.email, member.id, isKnown: isKnown, origin)
        let codes = hasFactor ? [codeCounter(member.id, isKnown: isKnown, origin)] : []
        let all = Set(passwords + codes)
        if let end = try await throttle.take(Array(all), at: now) { return .blocked(until: end) }
        let isPossible = old.revealed.utf8.count <= PasswordRules.lengths.upperBound
        let stored = isPossible ? PasswordHash(try row.decode("hash", as: String.self)) : nil
        guard try await hasher.fits(old, stored) else {
            try await throttle.giveBack(Array(all.subtracting(passwords)))
            try await refused(member, "password", origin)
            return .refused
        }
        try await throttle.giveBack(Array(all.subtracting(codes)))
        let hash = try await hasher.hash(new)
        let renewed = try await control.transaction { tx in
            if let row = try await tx.query(SignInStore.authenticator(of: member.id)).first,
                try row.decode("confirmed_at", as: Date?.self) != nil
            {
                guard try await take(code, of: member.id, row, isConfirmed: true, tx) else {
                    return Secret<String>?.none
                }
                try await throttle.forget(codes, tx)
            }
            return try await change(member, hash, in: session, cookie, origin, tx)
        }
        if let renewed { return .changed(cookie: renewed) }
        try await refused(member, "code", origin)
        return .wrongCode
    }

    private func change(
        _ member: StaffMember, _ hash: PasswordHash, in session: SessionID, _ cookie: Secret<String>,
        _ origin: SignInOrigin, _ tx: PostgresTransaction
    ) async throws -> Secret<String> {
        let fresh = RandomToken.generate()
        guard let known = RandomToken(cookie),
            try await tx.query(
                SessionStore.renew(session, from: known.hash, to: fresh.hash, revision: member.revision, at: now)
            ).affectedRows == 1
        else {
            throw PlatformError(
                .conflict, "The session was ended or renewed at the same moment.", remedy: "Send it again.")
        }
        let rows = try await tx.pipeline([
            SignInStore.setPassword(member.id, hash, at: now), SignInStore.remove("code", of: member.id),
            SessionStore.endOthers(than: session, of: member.id, at: now),
        ])
        try await audit.enter(
            AuditRecord(
                "password.changed", .init("staff", member.id), Cause(.staff(member), requestID: origin.requestID),
                after: ["sessions_ended": .number(String(rows[2].affectedRows))]), in: .control, tx)
        return fresh.text
    }

    private func refused(_ member: StaffMember, _ what: String, _ origin: SignInOrigin) async throws {
        try await audit.enter(
            AuditRecord(
                "password.changed", .init("staff", member.id), Cause(.staff(member), requestID: origin.requestID),
                outcome: .refused, after: ["wrong": .string(what)]), in: .control)
    }
}
