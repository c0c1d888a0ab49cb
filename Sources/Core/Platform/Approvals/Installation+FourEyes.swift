public import PluginKit

// What needs a second member of staff is asked for here, whoever asks: the API or the console.
extension Installation {
    /// Asks for the end of an agreement, for good.
    /// - Parameter expected: the revision that was looked at; another by now refuses the request.
    public func askToEnd(
        _ id: AgreementID, of tenant: TenantID, reason: String, expecting expected: Expected = .any, _ cause: Cause
    ) async throws -> Approval {
        let agreement = try await agreements.find(tenant, id)
        try expected.check(agreement.revision)
        guard [.inForce, .suspended].contains(agreement.state) else {
            throw PlatformError(
                .conflict, "An agreement that is \(agreement.state.rawValue) cannot be ended.",
                remedy: "Only one in force or suspended can.")
        }
        return try await approvals.ask(
            ApprovalRequest(.endAgreement, .init("agreement", id), tenant: tenant, reason: reason), cause)
    }

    /// Asks for the end of a tenant's contract.
    /// - Parameter days: until its data are erased; as configured, when nil.
    public func askToTerminate(
        _ id: TenantID, reason: String, days: Int? = nil, _ cause: Cause
    ) async throws -> Approval {
        let tenant = try await tenants.find(id)
        guard TenantLifeCycle.next(from: tenant.state).contains(.terminated) else {
            throw PlatformError(.conflict, "A tenant that is \(tenant.state.rawValue) cannot be terminated.")
        }
        var payload = JSONObject()
        payload["erase_after_days"] = days.map { .number(String($0)) }
        return try await approvals.ask(
            ApprovalRequest(
                .terminateTenant, .init("tenant", id), tenant: id, payload: .object(payload), reason: reason), cause)
    }

    /// Asks to erase a terminated tenant's data now.
    public func askToErase(_ id: TenantID, reason: String, _ cause: Cause) async throws -> Approval {
        let tenant = try await tenants.find(id)
        guard tenant.state == .terminated else {
            throw PlatformError(
                .conflict, "Only a terminated tenant is erased; this one is \(tenant.state.rawValue).",
                remedy: tenant.state == .erased ? "See its certificate." : "End its contract first.")
        }
        return try await approvals.ask(
            ApprovalRequest(.eraseTenant, .init("tenant", id), tenant: id, reason: reason), cause)
    }

    /// Asks to move a tenant to another region, or another shard of its own.
    public func askToChangeRegion(
        _ tenant: TenantID, to region: RegionID, shard: ShardID? = nil, reason: String, _ cause: Cause
    ) async throws -> Approval {
        try await approvals.ask(try await moves.request(tenant, to: region, shard: shard, reason: reason), cause)
    }

    /// Asks to move a number to another tenant.
    public func askToMove(
        _ channel: ChannelID, of tenant: TenantID, to target: TenantID, reason: String, _ cause: Cause
    ) async throws -> Approval {
        try await approvals.ask(
            try await channels.moveRequest(tenant, channel, to: target, reason: reason), cause)
    }
}
