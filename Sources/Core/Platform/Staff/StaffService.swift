public import PluginKit
import Postgres

/// The provider's people.
public struct StaffService: Sendable {
    let control: PostgresClient
    let audit: AuditTrail

    /// - Throws: `.invalid` naming what is wrong; `.conflict` when somebody has that address.
    public func add(_ new: NewStaffMember, _ cause: Cause) async throws -> StaffMember {
        let new = try Self.checked(new)
        do {
            return try await control.transaction { tx in try await add(new, cause, tx) }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw PlatformError(
                .conflict, "Somebody on the staff has this e-mail address.", remedy: "Change that member instead.")
        }
    }

    /// - Parameter new: checked.
    func add(_ new: NewStaffMember, _ cause: Cause, _ tx: PostgresTransaction) async throws -> StaffMember {
        let member = try StaffStore.member(try await tx.query(StaffStore.add(.generate(), new))[0])
        try await audit.enter(
            AuditRecord("staff.added", .init("staff", member.id), cause, after: ["roles": Self.roles(member.roles)]),
            in: .control, tx)
        return member
    }

    /// Oldest first.
    public func list() async throws -> [StaffMember] {
        try await control.query(StaffStore.list()).map(StaffStore.member)
    }

    public func find(_ id: StaffID) async throws -> StaffMember {
        guard let row = try await control.query(StaffStore.find(id)).first else {
            throw PlatformError.notFound("member of staff")
        }
        return try StaffStore.member(row)
    }

    /// A member by e-mail address.
    /// - Parameter email: nil for the local owner.
    public func member(named email: String?, _ cause: Cause) async throws -> StaffMember {
        guard let email else { return try await localOwner(cause) }
        guard let row = try await control.query(StaffStore.find(email: Personal(email))).first else {
            throw PlatformError.notFound("member of staff")
        }
        return try StaffStore.member(row)
    }

    /// The owner of an installation that nobody else has signed in to: for `obhut dev`, and before the first owner is known by name.
    public func localOwner(_ cause: Cause) async throws -> StaffMember {
        let email = Personal(Self.localOwnerEmail)
        if let row = try await control.query(StaffStore.find(email: email)).first { return try StaffStore.member(row) }
        do {
            return try await add(
                NewStaffMember(email: email, displayName: Personal("Owner"), roles: [.owner], language: .english), cause
            )
        } catch let error as PlatformError where error.code == .conflict {
            // Another process made it at the same moment.
            return try StaffStore.member(try await control.query(StaffStore.find(email: email))[0])
        }
    }

    /// A domain that never is one (RFC 2606): nobody signs in by it.
    static let localOwnerEmail = "owner@obhut.invalid"

    static func isName(_ name: String) -> Bool {
        (1...200).contains(name.unicodeScalars.count) && !name.utf8.contains(0)
    }

    static func roles(_ roles: Set<Role>) -> JSON { .array(roles.map(\.rawValue).sorted().map { .string($0) }) }

    static func checked(_ new: NewStaffMember) throws(PlatformError) -> NewStaffMember {
        var (new, problems) = (new, [PlatformError.Field]())
        new.email = Personal(new.email.revealed.trimmed)
        new.displayName = Personal(new.displayName.revealed.trimmed)
        if !isEmail(new.email.revealed) { problems.append(.init(path: "email", problem: "give an e-mail address")) }
        let name = new.displayName.revealed
        if !isName(name) { problems.append(.init(path: "name", problem: "give 1 to 200 characters")) }
        if new.roles.isEmpty { problems.append(.init(path: "roles", problem: "give at least one role")) }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The member is not described right.", fields: problems)
        }
        return new
    }

    /// One `@` with something on both sides, no blanks: whether mail arrives, only mail can tell.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return text.count <= 254 && parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
    }
}
