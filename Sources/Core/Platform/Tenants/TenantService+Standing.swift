import Logging
import Postgres

/// What the gate must know of a tenant stands in the control plane and, for deciding there, in the tenant's region.
extension TenantService {
    /// What the region would be told after a change, from what it is told now.
    typealias Foreseen = @Sendable (TenantState, Agreement?) -> (TenantState, Agreement?)

    /// Changes the control plane and tells the region. One change of a tenant at a time, whichever process makes it; and whatever is
    /// interrupted, less is allowed than the control plane says, never more, until the next change or start mends it.
    /// - Parameters:
    ///   - isAllowed: throws when the change cannot be made from how things stand now, which nobody changes until it is made.
    ///   - foreseen: given for a change that takes something away: the region hears of it before the control plane has it.
    func inBothPlaces<Value: Sendable>(
        _ id: TenantID, isAllowed: @Sendable (Tenant, PostgresTransaction) async throws -> Void = { _, _ in },
        foreseen: Foreseen? = nil, _ change: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let value = try await control.transaction { tx in
            let tenant = try await Self.lock(id, tx)
            try await isAllowed(tenant, tx)
            if let foreseen {
                try await tellRegion(tenant, foreseen(tenant.state, try await Self.current(id, tx)))
            }
            return try await change(tx)
        }
        try await align(id)
        return value
    }

    /// Tells the region what the control plane says.
    private func align(_ id: TenantID) async throws {
        try await control.transaction { tx in
            let tenant = try await Self.lock(id, tx)
            try await tellRegion(tenant, (tenant.state, try await Self.current(id, tx)))
        }
    }

    static func lock(_ id: TenantID, _ tx: PostgresTransaction) async throws -> Tenant {
        guard let row = try await tx.query(TenantStore.lock(id)).first else { throw PlatformError.notFound("tenant") }
        return try TenantStore.tenant(row)
    }

    /// The agreement that counts: the one in force or suspended, else the latest.
    static func current(_ id: TenantID, _ session: some PostgresSession) async throws -> Agreement? {
        let all = try await session.query(AgreementStore.list(id)).map(AgreementStore.agreement)
        return all.last { $0.state == .inForce || $0.state == .suspended } ?? all.last
    }

    func tellRegion(_ tenant: Tenant, _ facts: (state: TenantState, agreement: Agreement?)) async throws {
        // Of one that was erased the region knows nothing, and must not begin to.
        if tenant.state == .erased { return }
        let shard = try directory.shard(tenant.shard)
        let standing = Self.standing(
            tenant.id, state: facts.state, agreement: facts.agreement?.state,
            coversSpecialCategory: facts.agreement?.coversSpecialCategory ?? false,
            coveredFlows: facts.agreement?.coveredFlows)
        // What waited for the tenant to be put right waits no longer.
        let isFree = Gate.processing(facts.state, facts.agreement?.state) == nil
        _ = try await shard.app.transactionBatch(
            settings: asTenant(tenant.id), [standing] + (isFree ? [QueueStore.hurry(tenant.id)] : []))
    }

    /// Brings a region's copies in line with the control plane, as far as its shards answer; mends what was interrupted.
    /// - Returns: the shards that could not be told.
    func reconcile(_ shards: Set<ShardID>, _ logger: Logger) async throws -> Set<ShardID> {
        var failed: Set<ShardID> = []
        var page = PageRequest(limit: PageRequest.maximumLimit)
        while true {
            let tenants = try await list(page)
            for tenant in tenants.items where shards.contains(tenant.shard) && !failed.contains(tenant.shard) {
                do {
                    try await align(tenant.id)
                } catch let error as PostgresError {
                    logger.warning(
                        "a shard was not told of its tenants' standing",
                        metadata: ["shard": "\(tenant.shard)", "error": "\(error)"])
                    failed.insert(tenant.shard)
                }
            }
            guard let next = tenants.next else { return failed }
            page.cursor = next
        }
    }

    static func standing(
        _ id: TenantID, state: TenantState, agreement: AgreementState?, coversSpecialCategory: Bool,
        coveredFlows: [String]? = nil
    ) -> PostgresQuery {
        PostgresQuery(
            "tenants.set-standing",
            """
            INSERT INTO tenant_standing AS s
                   (tenant_id, tenant_state, agreement_state, covers_special_category, covered_flows)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id) DO UPDATE
            SET tenant_state = excluded.tenant_state, agreement_state = excluded.agreement_state,
                covers_special_category = excluded.covers_special_category,
                covered_flows = excluded.covered_flows, updated_at = now()
            """, [id, state, agreement, coversSpecialCategory, coveredFlows])
    }
}
