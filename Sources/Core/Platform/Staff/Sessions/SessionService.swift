import Crypto
public import PluginKit
import Postgres

import struct Foundation.Date

/// Sessions of staff in the console.
public struct SessionService: Sendable {
    let control: PostgresClient
    let audit: AuditTrail
    public let limits: SessionLimits
    private let clock: @Sendable () -> Date
    private let csrfKey: SymmetricKey

    /// For how long an ended session can still be looked up by us. Seconds.
    static let retention = 30 * 86_400.0

    init(
        control: PostgresClient, audit: AuditTrail, key: DataKey, limits: SessionLimits = SessionLimits(),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.control = control
        self.audit = audit
        self.limits = limits
        self.clock = clock
        csrfKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.secret.revealed), info: Array("obhut/console-csrf".utf8),
            outputByteCount: 32)
    }

    /// A session that a request showed, and whose it is.
    public struct Entrance: Sendable {
        public var session: ConsoleSession
        public var member: StaffMember
        /// The browser's new cookie: the member's rights changed since the session was begun.
        public var renewed: Secret<String>?
    }

    // MARK: - Beginning and ending

    /// Begins a session in the transaction that saw who the member is.
    func begin(
        _ member: StaffMember, _ method: ConsoleSession.Method, agent: String?, _ cause: Cause,
        _ tx: PostgresTransaction
    ) async throws -> (ConsoleSession, Secret<String>) {
        let (token, now) = (RandomToken.generate(), clock())
        let session = ConsoleSession(
            id: .generate(), staff: member.id, method: method,
            agent: agent.map { Personal(String($0.unicodeScalars.filter { $0 != "\0" }.prefix(200))) },
            startedAt: now, lastSeenAt: now, endedAt: nil, staffRevision: member.revision)
        _ = try await tx.query(SessionStore.begin(session, hash: token.hash))
        try await audit.enter(
            AuditRecord(
                "session.begun", .init("session", session.id), cause, after: ["method": .string(method.rawValue)]),
            in: .control, tx)
        return (session, token.text)
    }

    /// - Returns: nil for a token that is none or unknown, a session that is over, or a member who is disabled.
    public func authenticate(_ text: Secret<String>) async throws -> Entrance? {
        guard let token = RandomToken(text),
            let row = try await control.query(SessionStore.find(hash: token.hash)).first
        else { return nil }
        let now = clock()
        var entrance = Entrance(session: try SessionStore.session(row), member: try StaffStore.member(row))
        guard limits.allow(entrance.session, at: now) else { return nil }
        if entrance.session.staffRevision != entrance.member.revision {
            // Whoever held the old cookie beside the member does not get the new rights.
            let fresh = RandomToken.generate()
            let done = try await control.query(
                SessionStore.renew(
                    entrance.session.id, from: token.hash, to: fresh.hash, revision: entrance.member.revision, at: now))
            guard done.affectedRows == 1 else { return nil }
            entrance.renewed = fresh.text
        } else if now.timeIntervalSince(entrance.session.lastSeenAt) >= 60 {
            _ = try await control.query(SessionStore.use(entrance.session.id, at: now))
        }
        return entrance
    }

    /// Newest first, those alone that are still good.
    public func list(of member: StaffID) async throws -> [ConsoleSession] {
        let now = clock()
        return try await control.query(SessionStore.list(of: member)).map(SessionStore.session).filter {
            limits.allow($0, at: now)
        }
    }

    /// Ends one; ending it again changes nothing.
    public func end(_ id: SessionID, of member: StaffID, _ cause: Cause) async throws {
        try await control.transaction { tx in
            guard try await tx.query(SessionStore.end(id, of: member, at: clock())).affectedRows == 1 else {
                let known = try await tx.query(
                    PostgresQuery(
                        "sessions.know", "SELECT 1 FROM staff_sessions WHERE session_id = $1 AND staff_id = $2",
                        [id, member]))
                if known.isEmpty { throw PlatformError.notFound("session") }
                return
            }
            try await audit.enter(AuditRecord("session.ended", .init("session", id), cause), in: .control, tx)
        }
    }

    /// Removes what ended a while ago.
    func removeOld() async throws {
        _ = try await control.query(SessionStore.removeOld(before: clock().addingTimeInterval(-Self.retention)))
    }

    // MARK: - Forms

    /// What each form of a session carries: a page of somebody else's cannot know it.
    public func formToken(of session: SessionID) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(session.description.utf8), using: csrfKey)
        return Base62.encode(Array(code), length: RandomToken.length)
    }

    /// In constant time.
    public func isFormToken(_ text: String, of session: SessionID) -> Bool {
        ConstantTime.equal(text.utf8, formToken(of: session).utf8)
    }
}
