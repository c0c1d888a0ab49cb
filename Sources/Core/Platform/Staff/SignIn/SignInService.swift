public import PluginKit
import Postgres

import struct Foundation.Date
import typealias Foundation.TimeInterval

/// How staff sign in to the console: by password and one-time code, or by a provider (`OpenIDConnectService`).
///
/// Neither answer nor time tells whether somebody is on the staff. What others try slows down nobody in a browser
/// they signed in with before, and elsewhere for a minute at most (`SignInThrottle`).
public struct SignInService: Sendable {
    let control: PostgresClient
    let audit: AuditTrail
    let key: DataKey
    let staff: StaffService
    let sessions: SessionService
    let hasher: PasswordHasher
    let throttle: SignInThrottleStore
    private let clock: @Sendable () -> Date

    /// How long the next step can be taken. Seconds.
    static let stepLifetime: TimeInterval = 600
    /// How long a browser is known after its last sign-in. Seconds.
    static let deviceMemory: TimeInterval = 180 * 86_400

    init(
        control: PostgresClient, audit: AuditTrail, key: DataKey, staff: StaffService, sessions: SessionService,
        hasher: PasswordHasher = PasswordHasher(), clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.control = control
        self.audit = audit
        self.key = key
        self.staff = staff
        self.sessions = sessions
        self.hasher = hasher
        self.clock = clock
        throttle = SignInThrottleStore(control: control, key: key)
    }

    var now: Date { clock() }

    // MARK: - Password

    public func signIn(
        email: Personal<String>, password: Secret<String>, from origin: SignInOrigin
    ) async throws -> PasswordOutcome {
        // What cannot be anybody's is not looked up, as PostgreSQL takes no U+0000 either.
        let email = Personal(email.revealed.trimmed)
        let isPossible =
            StaffService.isEmail(email.revealed) && password.revealed.utf8.count <= PasswordRules.lengths.upperBound
        let row = isPossible ? try await control.query(SignInStore.credentials(email: email)).first : nil
        let member = try row.map(StaffStore.member)
        let isKnown = try await knows(origin.device, member?.id)
        let counters = counters(email, member?.id, isKnown: isKnown, origin)
        if let end = try await throttle.take(counters, at: now) { return .blocked(until: end) }
        let stored = try row.flatMap { PasswordHash(try $0.decode("hash", as: String.self)) }
        let fits = try await hasher.fits(password, stored)
        guard fits, let row, let member else {
            try await refused(member?.id, "password", origin)
            return .refused
        }
        try await throttle.giveBack(counters)
        if let stored, stored.cost != hasher.cost {
            _ = try await control.query(
                SignInStore.setPassword(member.id, try await hasher.hash(password), at: now))
        }
        let token = try await begin(member.id)
        return try row.decode("confirmed_at", as: Date?.self) == nil ? .enrolment(token) : .code(token)
    }

    func counters(
        _ email: Personal<String>, _ member: StaffID?, isKnown: Bool, _ origin: SignInOrigin
    ) -> [SignInThrottleStore.Counter] {
        if isKnown, let member, let device = origin.device {
            return [.init(kind: .device, value: "\(member) \(device.revealed)")]
        }
        return [
            .init(kind: .account, value: email.revealed.lowercased()),
            .init(kind: .source, value: origin.source.revealed),
        ]
    }

    func codeCounter(
        _ member: StaffID, isKnown: Bool, _ origin: SignInOrigin
    ) -> SignInThrottleStore.Counter {
        .init(
            kind: isKnown ? .device : .code,
            value: isKnown ? "\(member) \(origin.device?.revealed ?? "")" : member.description)
    }

    func knows(_ device: Secret<String>?, _ member: StaffID?) async throws -> Bool {
        // Looked up for nobody as well: the time must not tell.
        let since = now.addingTimeInterval(-Self.deviceMemory)
        guard let token = device.flatMap(RandomToken.init) else { return false }
        let nobody = StaffID(rawValue: TenantID.controlPlane.rawValue)
        return try await control.query(SignInStore.device(token.hash, of: member ?? nobody, since: since)).first != nil
    }

    /// Begins the step at which a code is asked for.
    func begin(_ member: StaffID) async throws -> Secret<String> {
        let token = RandomToken.generate()
        let end = now.addingTimeInterval(Self.stepLifetime)
        _ = try await control.query(SignInStore.begin("code", hash: token.hash, of: member, until: end))
        return token.text
    }

    /// For somebody whom we do not know as well: the time must not tell.
    func refused(_ member: StaffID?, _ what: String, _ origin: SignInOrigin) async throws {
        try await audit.enter(
            AuditRecord(
                "session.begun", .init("staff", member?.description ?? "unknown"),
                Cause(.anonymous, requestID: origin.requestID), outcome: .refused, after: ["wrong": .string(what)]),
            in: .control)
    }

    // MARK: - Code

    /// - Returns: nil when the step is over, or the member has an authenticator already.
    public func enrolment(_ step: Secret<String>) async throws -> Enrolment? {
        guard let member = try await member(at: step) else { return nil }
        let fresh = OneTimeCode.generate()
        return try await control.transaction { tx in
            let sealed = try key.seal(fresh.secret.revealed, Self.context(member.id))
            let row = try await tx.pipeline([
                SignInStore.propose(member.id, sealed: sealed), SignInStore.authenticator(of: member.id),
            ])[1][0]
            guard try row.decode("confirmed_at", as: Date?.self) == nil else { return nil }
            let code = try authenticator(row, of: member.id)
            return Enrolment(
                email: member.email, secret: Secret(Base32.encode(code.secret.revealed)),
                url: code.url(issuer: "Obhut", account: member.email))
        }
    }

    /// Takes the code of an authenticator that is being set up or is known, or a recovery code.
    public func confirm(
        _ step: Secret<String>, code: String, from origin: SignInOrigin
    ) async throws -> CodeOutcome {
        guard let token = RandomToken(step), let member = try await member(at: step) else { return .over }
        let isKnown = try await knows(origin.device, member.id)
        let counter = codeCounter(member.id, isKnown: isKnown, origin)
        if let end = try await throttle.take([counter], at: now) { return .blocked(until: end) }
        let signedIn = try await control.transaction { tx in
            try await confirm(token, member, code, counter, isKnown: isKnown, origin, tx)
        }
        if let signedIn { return .signedIn(signedIn) }
        try await refused(member.id, "code", origin)
        return .refused
    }

    private func confirm(
        _ token: RandomToken, _ member: StaffMember, _ code: String, _ counter: SignInThrottleStore.Counter,
        isKnown: Bool, _ origin: SignInOrigin, _ tx: PostgresTransaction
    ) async throws -> SignedIn? {
        guard let row = try await tx.query(SignInStore.authenticator(of: member.id)).first else { return nil }
        let isConfirmed = try row.decode("confirmed_at", as: Date?.self) != nil
        guard try await take(code, of: member.id, row, isConfirmed: isConfirmed, tx) else { return nil }
        // Taken by somebody at the same moment, or meanwhile over.
        guard try await tx.query(SignInStore.take("code", hash: token.hash, at: now)).first != nil else { return nil }
        var codes: [RecoveryCode]?
        if !isConfirmed {
            let made = (0..<RecoveryCode.count).map { _ in RecoveryCode.generate() }
            _ = try await tx.query(
                SignInStore.addRecovery(member.id, hashes: made.compactMap { RecoveryCode.hash($0.text.revealed) }))
            codes = made
        }
        try await throttle.forget([counter], tx)
        var signedIn = try await enter(member, isConfirmed ? .password : .setUp, isKnown: isKnown, origin, tx)
        signedIn.recoveryCodes = codes?.map(\.text)
        return signedIn
    }

    /// Takes a code of the authenticator, or a recovery code once it is confirmed: neither is taken again.
    /// - Parameter row: the authenticator's, held.
    func take(
        _ code: String, of member: StaffID, _ row: PostgresRow, isConfirmed: Bool, _ tx: PostgresTransaction
    ) async throws -> Bool {
        let plain = code.filter { !$0.isWhitespace }
        let last = try row.decode("last_step", as: Int.self)
        if let step = try authenticator(row, of: member).step(of: plain, at: now, after: last) {
            _ = try await tx.query(SignInStore.used(member, step: step, at: now))
            return true
        }
        guard isConfirmed, let hash = RecoveryCode.hash(code) else { return false }
        return try await tx.query(SignInStore.useRecovery(member, hash: hash, at: now)).affectedRows == 1
    }

    /// Begins the session, and knows the browser from now on.
    func enter(
        _ member: StaffMember, _ method: ConsoleSession.Method, isKnown: Bool, _ origin: SignInOrigin,
        _ tx: PostgresTransaction
    ) async throws -> SignedIn {
        let known = isKnown ? origin.device.flatMap(RandomToken.init) : nil
        let device = known ?? RandomToken.generate()
        _ = try await tx.query(SignInStore.know(device.hash, of: member.id, at: now))
        let cause = Cause(.staff(member), requestID: origin.requestID)
        let (session, cookie) = try await sessions.begin(member, method, agent: origin.agent, cause, tx)
        return SignedIn(
            member: member, session: session, cookie: cookie, device: device.text, recoveryCodes: nil)
    }

    private func member(at step: Secret<String>) async throws -> StaffMember? {
        guard let token = RandomToken(step),
            let row = try await control.query(SignInStore.step("code", hash: token.hash, at: now)).first,
            let id = try row.decode("staff_id", as: StaffID?.self)
        else { return nil }
        let member = try await staff.find(id)
        return member.state == .active ? member : nil
    }

    private func authenticator(_ row: PostgresRow, of member: StaffID) throws -> OneTimeCode {
        let sealed = try row.decode("secret_sealed", as: [UInt8].self)
        return OneTimeCode(secret: Secret(try key.open(sealed, Self.context(member))))
    }

    private static func context(_ member: StaffID) -> SealContext {
        SealContext(
            table: "staff_authenticators", column: "secret_sealed", row: member, tenant: .controlPlane)
    }

    /// Removes what served its time.
    func tidyUp() async throws {
        for query in SignInStore.tidyUp(at: now) { _ = try await control.query(query) }
        try await sessions.removeOld()
    }
}
