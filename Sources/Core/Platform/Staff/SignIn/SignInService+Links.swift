public import PluginKit
import Postgres

import typealias Foundation.TimeInterval

/// One-time links: for the very first owner, and for whoever needs a password and an authenticator anew.
extension SignInService {
    static let firstOwnerLifetime: TimeInterval = 1800
    static let resetLifetime: TimeInterval = 86_400

    /// A token that opens the set-up page for half an hour, once; the one before it is void.
    /// - Throws: `.conflict` once there is an owner besides the local one.
    public func firstOwnerToken(_ cause: Cause) async throws -> Secret<String> {
        let token = RandomToken.generate()
        try await control.transaction { tx in
            try await requireNoOwner(tx)
            let end = now.addingTimeInterval(Self.firstOwnerLifetime)
            _ = try await tx.pipeline([
                SignInStore.remove("first_owner", of: nil),
                SignInStore.begin("first_owner", hash: token.hash, of: nil, until: end),
            ])
            try await audit.enter(
                AuditRecord("set_up.offered", .init("staff", "first_owner"), cause), in: .control, tx)
        }
        return token.text
    }

    /// Makes the first owner.
    /// - Throws: `.invalid` naming what is wrong with name, address or password; the token is still good then.
    public func setUp(
        _ token: Secret<String>, email: Personal<String>, name: Personal<String>, language: StaffMember.Language,
        password: Secret<String>, from origin: SignInOrigin
    ) async throws -> LinkOutcome {
        guard let token = RandomToken(token),
            try await control.query(SignInStore.step("first_owner", hash: token.hash, at: now)).first != nil
        else { return .over }
        let new = try StaffService.checked(
            NewStaffMember(email: email, displayName: name, roles: [.owner], language: language))
        try Self.check(password, new.email)
        let hash = try await hasher.hash(password)
        let cause = Cause(.anonymous, reason: "by the token for the first owner", requestID: origin.requestID)
        do {
            let member: StaffMember? = try await control.transaction { tx in
                guard try await tx.query(SignInStore.take("first_owner", hash: token.hash, at: now)).first != nil
                else { return nil }
                try await requireNoOwner(tx)
                // Not through StaffService: the trail's entry comes last, after the password, which needs the member.
                let member = try StaffStore.member(try await tx.query(StaffStore.add(.generate(), new))[0])
                _ = try await tx.query(SignInStore.setPassword(member.id, hash, at: now))
                try await audit.enter(
                    AuditRecord(
                        "staff.added", .init("staff", member.id), cause,
                        after: ["roles": StaffService.roles(member.roles)]), in: .control, tx)
                return member
            }
            guard let member else { return .over }
            return .enrolment(try await begin(member.id))
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw PlatformError.invalid("email", "somebody on the staff has this address")
        }
    }

    /// A token by which a member sets password and authenticator anew within a day, once; the one before it is void.
    /// What they sign in by is good until it is used.
    public func resetToken(for member: StaffID, _ cause: Cause) async throws -> Secret<String> {
        let token = RandomToken.generate()
        try await control.transaction { tx in
            guard let row = try await tx.query(StaffStore.lock(member)).first,
                try StaffStore.member(row).state == .active
            else { throw PlatformError.notFound("active member of staff") }
            let end = now.addingTimeInterval(Self.resetLifetime)
            _ = try await tx.pipeline([
                SignInStore.remove("reset", of: member),
                SignInStore.begin("reset", hash: token.hash, of: member, until: end),
            ])
            try await audit.enter(AuditRecord("reset.offered", .init("staff", member), cause), in: .control, tx)
        }
        return token.text
    }

    /// Sets another password and forgets the authenticator, recovery codes, known browsers and sessions.
    /// - Throws: `.invalid` when the password is not good; the token is still good then.
    public func reset(
        _ token: Secret<String>, password: Secret<String>, from origin: SignInOrigin
    ) async throws -> LinkOutcome {
        guard let token = RandomToken(token),
            let row = try await control.query(SignInStore.step("reset", hash: token.hash, at: now)).first,
            let id = try row.decode("staff_id", as: StaffID?.self)
        else { return .over }
        let member = try await staff.find(id)
        guard member.state == .active else { return .over }
        try Self.check(password, member.email)
        let hash = try await hasher.hash(password)
        let isDone = try await control.transaction { tx in
            guard try await tx.query(SignInStore.take("reset", hash: token.hash, at: now)).first != nil else {
                return false
            }
            _ = try await tx.pipeline(
                SignInStore.forget(id, at: now) + [SignInStore.setPassword(id, hash, at: now)])
            try await audit.enter(
                AuditRecord(
                    "password.reset", .init("staff", id), Cause(.staff(member), requestID: origin.requestID)),
                in: .control, tx)
            return true
        }
        return isDone ? .enrolment(try await begin(id)) : .over
    }

    static func check(_ password: Secret<String>, _ email: Personal<String>, at field: String = "password") throws {
        if let problem = PasswordRules.problem(password, email: email) {
            throw PlatformError.invalid(field, problem)
        }
    }

    /// Of two who set up at the same time the second finds the first's owner.
    private func requireNoOwner(_ tx: PostgresTransaction) async throws {
        let owners = try await tx.pipeline([
            PostgresQuery(
                "sign-in.lock-set-up", "SELECT pg_advisory_xact_lock(hashtextextended('first owner', 0))"),
            PostgresQuery(
                "sign-in.count-owners",
                "SELECT 1 FROM staff WHERE 'owner' = ANY (roles) AND lower(email) <> lower($1) LIMIT 1",
                [StaffService.localOwnerEmail]),
        ])[1]
        guard owners.isEmpty else {
            throw PlatformError(
                .conflict, "There is an owner already.",
                remedy: "Have an owner add you; obhut staff reset helps who cannot sign in.")
        }
    }
}
