import Postgres

extension TenantService {
    /// What must be there before the tenant may go live, and what of it is.
    public func readiness(_ id: TenantID) async throws -> [GoLiveChecklist.Item] {
        let tenant = try await find(id)
        return GoLiveChecklist.items(try await facts(tenant, try await details(id), control))
    }

    func requireReadiness(_ tenant: Tenant, _ details: ControllerDetails, _ tx: PostgresTransaction) async throws {
        let missing = GoLiveChecklist.items(try await facts(tenant, details, tx)).filter { !$0.isSatisfied }
        guard !missing.isEmpty else { return }
        throw PlatformError(
            .conflict, "The tenant cannot become active yet: \(missing.map(\.sentence).joined(separator: " "))",
            remedy: "See GET /admin/v1/tenants/\(tenant.id)/readiness.",
            fields: missing.map { .init(path: $0.code.rawValue, problem: $0.sentence) })
    }

    private func facts(
        _ tenant: Tenant, _ details: ControllerDetails, _ session: some PostgresSession
    ) async throws -> GoLiveChecklist.Facts {
        let agreement = try await Self.current(tenant.id, session)
        let keys = try await session.query(
            PostgresQuery(
                "tenants.keys-in-force",
                """
                SELECT count(*) AS keys
                FROM api_keys
                WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                """, [tenant.id]))[0]
        let channels = await connectedChannels(tenant)
        return GoLiveChecklist.Facts(
            missingDetails: details.missing.map(\.rawValue), agreement: agreement?.state,
            isRegionServing: channels != nil, channels: channels ?? 0, keys: try keys.decode("keys"))
    }

    /// - Returns: nil when the region does not answer.
    private func connectedChannels(_ tenant: Tenant) async -> Int? {
        guard let shard = try? directory.shard(tenant.shard) else { return nil }
        let count = PostgresQuery(
            "channels.connected",
            "SELECT count(*) AS channels FROM channels WHERE tenant_id = $1 AND state <> 'disconnected'", [tenant.id])
        let rows = try? await shard.app.transactionBatch(settings: asTenant(tenant.id), [count])[0]
        return try? rows?.first?.decode("channels", as: Int.self)
    }
}
