import PluginKit
import Postgres

extension StaffService {
    /// Changes a member. Who is disabled loses their tokens, sessions and sign-ins under way at once.
    /// - Parameter revision: the one that the caller saw; nil for any.
    /// - Throws: `.preconditionFailed` when it was changed since; `.conflict` for the last active owner; `.forbidden`
    ///   for who would raise their own rights; `.invalid` naming what is wrong.
    public func change(
        _ id: StaffID, _ change: StaffChange, revision: Int? = nil, _ cause: Cause
    ) async throws -> StaffMember {
        let change = try Self.checked(change)
        return try await control.transaction { tx in
            // All owners, in one order: of two who disable each other at the same time the second finds themselves
            // the last.
            let owners = Set(
                try await tx.query(StaffStore.lockOwners(except: Self.localOwnerEmail)).map {
                    try $0.decode("staff_id", as: StaffID.self)
                })
            guard let row = try await tx.query(StaffStore.lock(id)).first else {
                throw PlatformError.notFound("member of staff")
            }
            let before = try StaffStore.member(row)
            if let revision, revision != before.revision {
                throw PlatformError(
                    .preconditionFailed, "The member was changed since.", remedy: "Read it again, then decide.")
            }
            let others = owners.subtracting([id]).count
            if let refusal = change.refusal(of: before, by: cause.staff, otherOwners: others) { throw refusal.error }
            let wanted = change.applied(to: before)
            guard wanted != before else { return before }
            let after = try StaffStore.member(try await tx.query(StaffStore.change(wanted))[0])
            if before.state == .active, after.state == .disabled {
                _ = try await tx.pipeline(StaffStore.shutOut(id))
            }
            let (old, new) = Self.difference(before, after)
            try await audit.enter(
                AuditRecord("staff.changed", .init("staff", id), cause, before: old, after: new), in: .control, tx)
            return after
        }
    }

    private static func checked(_ change: StaffChange) throws(PlatformError) -> StaffChange {
        var (change, problems) = (change, [PlatformError.Field]())
        if let name = change.displayName?.revealed.trimmed {
            change.displayName = Personal(name)
            if !isName(name) { problems.append(.init(path: "name", problem: "give 1 to 200 characters")) }
        }
        if change.roles?.isEmpty == true {
            problems.append(.init(path: "roles", problem: "give at least one role"))
        }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The change is not described right.", fields: problems)
        }
        return change
    }

    /// What changed, without what is personal.
    private static func difference(_ before: StaffMember, _ after: StaffMember) -> (JSON, JSON) {
        var (old, new) = (JSONObject(), JSONObject())
        if before.roles != after.roles { (old["roles"], new["roles"]) = (roles(before.roles), roles(after.roles)) }
        if before.state != after.state {
            (old["state"], new["state"]) = (.string(before.state.rawValue), .string(after.state.rawValue))
        }
        if before.language != after.language {
            (old["language"], new["language"]) = (.string(before.language.rawValue), .string(after.language.rawValue))
        }
        if before.displayName != after.displayName { new["name"] = "changed" }
        return (.object(old), .object(new))
    }
}
