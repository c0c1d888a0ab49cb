public import PluginKit
import Postgres

import struct Foundation.Date

extension TenantService {
    /// Changes a tenant's name, its details, its state, or several at once. A suspension takes effect with the next decision of the
    /// gate, in every process. What is so already changes nothing and is not entered.
    /// - Parameter expected: the revision that was looked at; another by now refuses the change.
    /// - Throws: `.invalid` naming what is wrong; `.conflict` for a move that the life cycle does not know, or while something is
    ///   missing; `.forbidden` when the cause's principal may not; `.preconditionFailed`.
    public func change(
        _ id: TenantID, _ change: TenantChange, expecting expected: Expected = .any, _ cause: Cause
    ) async throws -> Tenant {
        let change = try Self.checked(change)
        let isAllowed: @Sendable (Tenant, PostgresTransaction) async throws -> Void = { tenant, tx in
            try expected.check(tenant.revision)
            let touchesFacts = change.name != nil || change.details != nil
            if touchesFacts { try await require(.tenantsWrite, cause, tenant) }
            if let state = change.state, state != tenant.state {
                try await requireMove(tenant, to: state, cause)
            }
            if touchesFacts, !TenantLifeCycle.allowsChanges(tenant.state) {
                throw PlatformError(
                    .conflict, "A tenant that is \(tenant.state.rawValue) is not changed any more.",
                    remedy: "What was agreed with whom is evidence from here on.")
            }
            let details = try await Self.merged(id, change.details, tx).new
            if let state = change.state, state != tenant.state, TenantLifeCycle.needsReadiness(state) {
                try await requireReadiness(tenant, details, tx)
            } else if change.details != nil, tenant.state == .active || tenant.state == .suspended,
                !details.missing.isEmpty
            {
                throw PlatformError(
                    .conflict, "The details of a tenant that went live stay complete.",
                    fields: details.missing.map {
                        .init(path: "details.\($0.rawValue)", problem: "this cannot be taken away")
                    })
            }
        }
        let foreseen: Foreseen?
        if let state = change.state, TenantLifeCycle.takesAway(state) {
            foreseen = { _, agreement in (state, agreement) }
        } else {
            foreseen = nil
        }
        return try await inBothPlaces(id, isAllowed: isAllowed, foreseen: foreseen) { tx in
            try await carryOut(id, change, cause, tx)
        }
    }

    /// Moves a tenant on, without changing anything else.
    public func setState(
        _ id: TenantID, _ state: TenantState, reason: String? = nil, _ cause: Cause
    ) async throws -> Tenant {
        try await change(id, TenantChange(state: state, reason: reason), cause)
    }

    private static func checked(_ change: TenantChange) throws -> TenantChange {
        var change = change
        if let name = change.name { change.name = try checked(name: name) }
        if let reason = change.reason, reason.trimmed.isEmpty || reason.utf8.contains(0) {
            throw PlatformError.invalid("reason", "say why, or leave it out")
        }
        if let state = change.state {
            guard [.onboarding, .active, .suspended].contains(state) else {
                throw PlatformError(
                    .conflict, "A tenant does not become \(state.rawValue) like this.",
                    remedy:
                        "onboarding, active and suspended can be set; termination and erasure have ways of their own.")
            }
            change.reason = try checked(reason: change.reason, for: state)
        }
        if let details = change.details {
            let problems = details.values.problems()
            guard problems.isEmpty else {
                throw PlatformError(
                    .invalid, "The controller's details are not right.", remedy: "See errors for each.",
                    fields: problems)
            }
        }
        return change
    }

    /// The tenant is held; what is changed is entered last.
    private func carryOut(
        _ id: TenantID, _ change: TenantChange, _ cause: Cause, _ tx: PostgresTransaction
    ) async throws -> Tenant {
        guard let row = try await tx.query(TenantStore.find(id)).first else { throw PlatformError.notFound("tenant") }
        let old = try TenantStore.tenant(row)
        let (before, after) = try await Self.merged(id, change.details, tx)
        let parts = before.changes(to: after)
        if !parts.isEmpty { _ = try await tx.query(TenantDetailsStore.put(id, after)) }
        if let name = change.name, name != old.name { _ = try await tx.query(TenantStore.rename(id, name)) }
        if let state = change.state, state != old.state {
            _ = try await tx.query(TenantStore.move(id, to: state, reason: change.reason))
        }
        let isChanged =
            !parts.isEmpty || (change.name.map { $0 != old.name } ?? false)
            || (change.state.map { $0 != old.state } ?? false)
        guard isChanged else { return old }
        let new = try TenantStore.tenant(try await tx.query(TenantStore.revise(id))[0])
        try await enter(old, new, parts, cause.because(change.reason), tx)
        return new
    }

    /// People stand in the trail by reference alone, so of the details it is entered which parts changed.
    private func enter(
        _ old: Tenant, _ new: Tenant, _ parts: [ControllerDetails.Part], _ cause: Cause, _ tx: PostgresTransaction
    ) async throws {
        var (before, after) = (JSONObject(), JSONObject())
        if old.name != new.name { (before["name"], after["name"]) = (.string(old.name), .string(new.name)) }
        if old.state != new.state {
            (before["state"], after["state"]) = (.string(old.state.rawValue), .string(new.state.rawValue))
        }
        if !parts.isEmpty { after["details"] = .array(parts.map { .string($0.rawValue) }) }
        before["revision"] = .number(String(old.revision))
        after["revision"] = .number(String(new.revision))
        try await audit.enter(
            AuditRecord(
                Self.action(from: old.state, to: new.state), .init("tenant", new.id), cause, before: .object(before),
                after: .object(after)),
            in: .tenant(new.id), tx)
    }

    private static func action(from old: TenantState, to new: TenantState) -> String {
        switch (old, new) {
        case _ where old == new: "tenant.changed"
        case (_, .suspended): "tenant.suspended"
        case (.suspended, .active): "tenant.resumed"
        case (_, .active): "tenant.activated"
        default: "tenant.moved"
        }
    }

    private static func merged(
        _ id: TenantID, _ change: ControllerDetailsChange?, _ tx: PostgresTransaction
    ) async throws -> (old: ControllerDetails, new: ControllerDetails) {
        let old = try await details(id, tx)
        return (old, change.map { old.taking($0.parts, from: $0.values) } ?? old)
    }

    func requireMove(_ tenant: Tenant, to state: TenantState, _ cause: Cause) async throws {
        guard let permission = TenantLifeCycle.permission(from: tenant.state, to: state) else {
            let next = TenantLifeCycle.next(from: tenant.state).map(\.rawValue).sorted().joined(separator: " or ")
            throw PlatformError(
                .conflict, "A tenant that is \(tenant.state.rawValue) cannot become \(state.rawValue).",
                remedy: next.isEmpty ? "Nothing follows on this state." : "It can become \(next).")
        }
        try await require(permission, cause, tenant)
    }

    /// Routes ask for one permission each; what a change takes beyond that shows only here.
    func require(_ permission: Permission, _ cause: Cause, _ tenant: Tenant) async throws {
        guard cause.principal.kind != .system, !cause.principal.roles.allow(permission) else { return }
        try await audit.enter(
            AuditRecord(
                "access.refused", .init("tenant", tenant.id), cause, outcome: .refused,
                after: ["permission": .string(permission.rawValue)]), in: .control)
        let roles = Role.allCases.filter { $0.permissions.contains(permission) }.map(\.rawValue)
        throw PlatformError(
            .forbidden, "This needs the permission \(permission.rawValue).",
            remedy: "Ask a colleague who is \(roles.joined(separator: " or ")).")
    }
}
