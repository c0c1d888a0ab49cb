import Logging
import Postgres
import struct Foundation.Date
import struct Foundation.UUID

/// Tenants and their agreements, in the control plane; what the gate needs of them also in their region.
public struct TenantService: Sendable {
    let control: PostgresClient
    let directory: RegionDirectory

    public func create(name: String, region: RegionID) async throws -> Tenant {
        let name = name.trimmed
        guard (1...200).contains(name.count), !name.utf8.contains(0) else {
            throw PlatformError.invalid("name", "give 1 to 200 characters")
        }
        guard let shard = directory.firstShard(of: region) else {
            let known = directory.regions.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid("region", "there is no such region here; served are: \(known)")
        }
        let id = TenantID.generate()
        // The region first: a tenant that the control plane knows always has its keys.
        let standing = Self.standing(id, state: .active, agreement: nil, coversSpecialCategory: false)
        _ = try await shard.app.transactionBatch(settings: asTenant(id), [standing] + shard.keys.creation(for: id))
        let rows = try await control.query(
            PostgresQuery(
                "tenants.create",
                """
                INSERT INTO tenants (tenant_id, name, region_id, shard_id, state)
                VALUES ($1, $2, $3, $4, 'active')
                RETURNING tenant_id, name, region_id, shard_id, state, created_at
                """, [id, name, region, shard.id]))
        return try Self.tenant(rows[0])
    }

    public func find(_ id: TenantID) async throws -> Tenant {
        let rows = try await control.query(
            PostgresQuery(
                "tenants.find",
                "SELECT tenant_id, name, region_id, shard_id, state, created_at FROM tenants WHERE tenant_id = $1", [id]))
        guard let row = rows.first else { throw PlatformError.notFound("tenant") }
        return try Self.tenant(row)
    }

    /// Oldest first; ids grow with time.
    public func list(_ page: PageRequest) async throws -> Page<Tenant> {
        let rows = try await control.query(
            PostgresQuery(
                "tenants.list",
                """
                SELECT tenant_id, name, region_id, shard_id, state, created_at
                FROM tenants
                WHERE $1::uuid IS NULL OR tenant_id > $1
                ORDER BY tenant_id
                LIMIT $2
                """, [try page.position(), page.limit + 1]))
        return try page.cut(try rows.map(Self.tenant)) { $0.id.rawValue }
    }

    /// Suspending takes effect with the next decision of the gate, in every process.
    public func setState(_ id: TenantID, _ state: TenantState) async throws -> Tenant {
        let tenant = try await find(id)
        guard [.active, .suspended].contains(state), [.active, .suspended].contains(tenant.state) else {
            throw PlatformError(
                .conflict, "A tenant that is \(tenant.state.rawValue) cannot become \(state.rawValue).",
                remedy: "Only active and suspended can be exchanged here.")
        }
        let foreseen: Foreseen = { _, agreement in (state, agreement) }
        return try await inBothPlaces(id, foreseen: state == .suspended ? foreseen : nil) { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "tenants.set-state",
                    """
                    UPDATE tenants SET state = $2, updated_at = now() WHERE tenant_id = $1
                    RETURNING tenant_id, name, region_id, shard_id, state, created_at
                    """, [id, state]))
            return try Self.tenant(rows[0])
        }
    }

    // MARK: - Agreements

    public func recordAgreement(_ id: TenantID, _ new: NewAgreement) async throws -> Agreement {
        _ = try await find(id)
        guard (1...200).contains(new.reference.count), !new.reference.utf8.contains(0) else {
            throw PlatformError.invalid("reference", "give 1 to 200 characters")
        }
        guard Self.isDate(new.signedOn) else { throw PlatformError.invalid("signed_on", "give a date as YYYY-MM-DD") }
        if let hash = new.documentSHA256, hash.count != 32 {
            throw PlatformError.invalid("document_sha256", "give 64 hexadecimal digits")
        }
        return try await inBothPlaces(id) { tx in
            let rows = try await tx.pipeline(
                [
                    PostgresQuery(
                        "agreements.supersede",
                        """
                        UPDATE agreements SET state = 'superseded'
                        WHERE tenant_id = $1 AND state IN ('in_force', 'suspended')
                        """, [id]),
                    PostgresQuery(
                        "agreements.record",
                        """
                        INSERT INTO agreements
                               (tenant_id, agreement_id, state, reference, signed_on, document_sha256, covers_special_category)
                        VALUES ($1, $2, 'in_force', $3, $4::text::date, $5, $6)
                        RETURNING tenant_id, agreement_id, state, reference, signed_on::text AS signed_on, document_sha256,
                                  covers_special_category, recorded_at
                        """,
                        [
                            id, AgreementID.generate(), new.reference, new.signedOn, new.documentSHA256, new.coversSpecialCategory,
                        ]),
                ])
            return try Self.agreement(rows[1][0])
        }
    }

    public func agreements(_ id: TenantID) async throws -> [Agreement] {
        _ = try await find(id)
        return try await control.query(Self.agreementsQuery(id)).map(Self.agreement)
    }

    private static func agreementsQuery(_ id: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreements.list",
            """
            SELECT tenant_id, agreement_id, state, reference, signed_on::text AS signed_on, document_sha256,
                   covers_special_category, recorded_at
            FROM agreements
            WHERE tenant_id = $1
            ORDER BY agreement_id
            """, [id])
    }

    public func setAgreementState(_ id: TenantID, _ agreement: AgreementID, _ state: AgreementState) async throws -> Agreement {
        guard let known = try await agreements(id).first(where: { $0.id == agreement }) else {
            throw PlatformError.notFound("agreement")
        }
        let allowed: [AgreementState: Set<AgreementState>] = [
            .inForce: [.inForce, .suspended, .ended], .suspended: [.inForce, .suspended, .ended],
        ]
        guard allowed[known.state]?.contains(state) == true else {
            throw PlatformError(
                .conflict, "An agreement that is \(known.state.rawValue) cannot become \(state.rawValue).",
                remedy: "One in force can be suspended or ended, a suspended one reinstated or ended; record a new one otherwise.")
        }
        let foreseen: Foreseen = { tenant, current in
            (tenant, current.map { $0.id == agreement ? $0.with(state) : $0 })
        }
        return try await inBothPlaces(id, foreseen: state == .inForce ? nil : foreseen) { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "agreements.set-state",
                    """
                    UPDATE agreements SET state = $3 WHERE tenant_id = $1 AND agreement_id = $2
                    RETURNING tenant_id, agreement_id, state, reference, signed_on::text AS signed_on, document_sha256,
                              covers_special_category, recorded_at
                    """, [id, agreement, state]))
            return try Self.agreement(rows[0])
        }
    }

    // MARK: - Both places

    /// What the region would be told after a change, from what it is told now.
    private typealias Foreseen = @Sendable (TenantState, Agreement?) -> (TenantState, Agreement?)

    /// Changes the control plane and tells the region. One change of a tenant at a time, whichever process makes it; and whatever is
    /// interrupted, less is allowed than the control plane says, never more, until the next change or start mends it.
    /// - Parameter foreseen: given for a change that takes something away: the region hears of it before the control plane has it.
    private func inBothPlaces<Value: Sendable>(
        _ id: TenantID, foreseen: Foreseen? = nil, _ change: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let value = try await control.transaction { tx in
            let tenant = try await Self.lock(id, tx)
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

    /// Keeps the tenant's state and agreements as they are until commit.
    private static func lock(_ id: TenantID, _ tx: PostgresTransaction) async throws -> Tenant {
        let rows = try await tx.query(
            PostgresQuery(
                "tenants.lock",
                """
                SELECT tenant_id, name, region_id, shard_id, state, created_at
                FROM tenants
                WHERE tenant_id = $1
                FOR UPDATE
                """, [id]))
        guard let row = rows.first else { throw PlatformError.notFound("tenant") }
        return try tenant(row)
    }

    /// The agreement that counts: the one in force or suspended, else the latest.
    private static func current(_ id: TenantID, _ tx: PostgresTransaction) async throws -> Agreement? {
        let all = try await tx.query(agreementsQuery(id)).map(agreement)
        return all.last { $0.state == .inForce || $0.state == .suspended } ?? all.last
    }

    private func tellRegion(_ tenant: Tenant, _ facts: (state: TenantState, agreement: Agreement?)) async throws {
        let shard = try directory.shard(tenant.shard)
        let standing = Self.standing(
            tenant.id, state: facts.state, agreement: facts.agreement?.state,
            coversSpecialCategory: facts.agreement?.coversSpecialCategory ?? false)
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
                        "a shard was not told of its tenants' standing", metadata: ["shard": "\(tenant.shard)", "error": "\(error)"])
                    failed.insert(tenant.shard)
                }
            }
            guard let next = tenants.next else { return failed }
            page.cursor = next
        }
    }

    private static func standing(
        _ id: TenantID, state: TenantState, agreement: AgreementState?, coversSpecialCategory: Bool
    ) -> PostgresQuery {
        PostgresQuery(
            "tenants.set-standing",
            """
            INSERT INTO tenant_standing AS s (tenant_id, tenant_state, agreement_state, covers_special_category)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id) DO UPDATE
            SET tenant_state = excluded.tenant_state, agreement_state = excluded.agreement_state,
                covers_special_category = excluded.covers_special_category, updated_at = now()
            """, [id, state, agreement, coversSpecialCategory])
    }

    private static func tenant(_ row: PostgresRow) throws -> Tenant {
        Tenant(
            id: try row.decode("tenant_id"), name: try row.decode("name"), region: try row.decode("region_id"),
            shard: try row.decode("shard_id"), state: try row.decode("state"), createdAt: try row.decode("created_at"))
    }

    private static func agreement(_ row: PostgresRow) throws -> Agreement {
        Agreement(
            id: try row.decode("agreement_id"), tenant: try row.decode("tenant_id"), state: try row.decode("state"),
            reference: try row.decode("reference"), signedOn: try row.decode("signed_on"),
            documentSHA256: try row.decode("document_sha256"), coversSpecialCategory: try row.decode("covers_special_category"),
            recordedAt: try row.decode("recorded_at"))
    }

    /// `YYYY-MM-DD` of a day that exists.
    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts[0].count == 4, parts[1].count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1990, (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}

extension Agreement {
    fileprivate func with(_ state: AgreementState) -> Agreement {
        var copy = self
        copy.state = state
        return copy
    }
}
