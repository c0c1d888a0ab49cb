import PluginKit
import Postgres

/// The SQL of imports. Whoever calls acts as the tenant.
enum ConsentImportStore {
    private static let columns = """
        import_id, channel_id, source, name, is_trial, state, lines, processed, recorded, unproven, after_withdrawal, repeated, refused,
        created_at, finished_at
        """

    static func add(
        _ tenant: TenantID, _ id: ConsentImportID, _ new: NewConsentImport, channel: ChannelID, defaults: [UInt8],
        by caller: APIKeyID
    ) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.add",
            """
            INSERT INTO consent_imports (tenant_id, import_id, channel_id, source, name, is_trial, defaults_sealed, state, created_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
            RETURNING \(columns)
            """, [tenant, id, channel, new.source, new.name, new.isTrial, defaults, caller])
    }

    /// One at a time begins an import, so that the count holds.
    static func lockBeginning(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.lock-beginning", "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
            ["obhut.consent-imports/\(tenant)"])
    }

    static func countUnfinished(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.count",
            "SELECT count(*) AS count FROM consent_imports WHERE tenant_id = $1 AND state IN ('open', 'receiving', 'running')",
            [tenant])
    }

    /// Newest first.
    static func list(_ tenant: TenantID, before: ConsentImportID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.list",
            """
            SELECT \(columns) FROM consent_imports
            WHERE tenant_id = $1 AND ($2::uuid IS NULL OR import_id < $2)
            ORDER BY import_id DESC
            LIMIT $3
            """, [tenant, before, limit])
    }

    static func find(_ tenant: TenantID, _ id: ConsentImportID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.find",
            "SELECT \(columns) FROM consent_imports WHERE tenant_id = $1 AND import_id = $2", [tenant, id])
    }

    /// Held until the transaction ends.
    static func lock(_ tenant: TenantID, _ id: ConsentImportID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.lock",
            """
            SELECT \(columns), defaults_sealed, created_by FROM consent_imports
            WHERE tenant_id = $1 AND import_id = $2
            FOR UPDATE
            """, [tenant, id])
    }

    // MARK: - Receiving

    /// Begins to take the file. One whose upload broke off without a word can begin anew after a while.
    static func receive(_ tenant: TenantID, _ id: ConsentImportID) -> [PostgresQuery] {
        [
            PostgresQuery(
                "consent-imports.receive",
                """
                UPDATE consent_imports SET state = 'receiving', lines = 0, processed = 0, refused = 0, touched_at = now()
                WHERE tenant_id = $1 AND import_id = $2
                  AND (state = 'open' OR state = 'receiving' AND touched_at < now() - interval '2 minutes')
                RETURNING \(columns), defaults_sealed
                """, [tenant, id]),
            removeParts(tenant, id), removeFaults(tenant, id),
        ]
    }

    /// - Returns: nothing when the import is no longer being received.
    static func keep(_ tenant: TenantID, _ id: ConsentImportID, part: Int, _ sealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.keep",
            """
            WITH here AS (
                UPDATE consent_imports SET touched_at = now()
                WHERE tenant_id = $1 AND import_id = $2 AND state = 'receiving'
                RETURNING tenant_id, import_id
            )
            INSERT INTO consent_import_parts (tenant_id, import_id, part, content_sealed)
            SELECT tenant_id, import_id, $3, $4 FROM here
            RETURNING part
            """, [tenant, id, part, sealed])
    }

    /// The file is here: it is worked on from now.
    static func start(_ tenant: TenantID, _ id: ConsentImportID, lines: Int, refused: Int) -> [PostgresQuery] {
        [
            PostgresQuery(
                "consent-imports.start",
                """
                UPDATE consent_imports
                SET state = 'running', lines = $3, processed = $4, refused = $4, touched_at = now()
                WHERE tenant_id = $1 AND import_id = $2 AND state = 'receiving'
                RETURNING \(columns)
                """, [tenant, id, lines, refused]),
            PostgresQuery(
                "consent-imports.lane",
                """
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                VALUES ($1, '\(QueueStore.importing)', $2, 1, now())
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + 1
                """, [tenant, id]),
            PostgresQuery(
                "consent-imports.job",
                "INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id) VALUES ($1, '\(QueueStore.importing)', $2, $2)",
                [tenant, id]),
        ]
    }

    /// The upload came to nothing; it can begin anew.
    static func reopen(_ tenant: TenantID, _ id: ConsentImportID) -> [PostgresQuery] {
        [
            PostgresQuery(
                "consent-imports.reopen",
                """
                UPDATE consent_imports SET state = 'open', lines = 0, processed = 0, refused = 0, touched_at = now()
                WHERE tenant_id = $1 AND import_id = $2 AND state = 'receiving'
                """, [tenant, id]),
            removeParts(tenant, id), removeFaults(tenant, id),
        ]
    }

    // MARK: - Working

    static func part(_ tenant: TenantID, _ id: ConsentImportID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.part",
            """
            SELECT part, content_sealed FROM consent_import_parts
            WHERE tenant_id = $1 AND import_id = $2
            ORDER BY part
            LIMIT 1
            """, [tenant, id])
    }

    static func removePart(_ tenant: TenantID, _ id: ConsentImportID, _ part: Int) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.remove-part",
            "DELETE FROM consent_import_parts WHERE tenant_id = $1 AND import_id = $2 AND part = $3",
            [tenant, id, part])
    }

    static func removeParts(_ tenant: TenantID, _ id: ConsentImportID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.remove-parts",
            "DELETE FROM consent_import_parts WHERE tenant_id = $1 AND import_id = $2", [tenant, id])
    }

    private static func removeFaults(_ tenant: TenantID, _ id: ConsentImportID) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.remove-faults",
            "DELETE FROM consent_import_faults WHERE tenant_id = $1 AND import_id = $2", [tenant, id])
    }

    static func count(_ tenant: TenantID, _ id: ConsentImportID, _ more: ConsentImport.Counts) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.count-lines",
            """
            UPDATE consent_imports
            SET processed = processed + $3::bigint, recorded = recorded + $4::bigint, unproven = unproven + $5::bigint,
                repeated = repeated + $6::bigint, refused = refused + $7::bigint,
                after_withdrawal = after_withdrawal + $8::bigint, touched_at = now()
            WHERE tenant_id = $1 AND import_id = $2
            """,
            [
                tenant, id, more.processed, more.recorded, more.unproven, more.repeated, more.refused,
                more.afterWithdrawal,
            ])
    }

    /// - Parameter state: `done` or `stopped`.
    static func finish(_ tenant: TenantID, _ id: ConsentImportID, _ state: ConsentImport.State) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.finish",
            """
            UPDATE consent_imports SET state = $3, finished_at = now(), touched_at = now()
            WHERE tenant_id = $1 AND import_id = $2 AND finished_at IS NULL
            RETURNING \(columns)
            """, [tenant, id, state.rawValue])
    }

    // MARK: - Faults

    static func note(_ tenant: TenantID, _ id: ConsentImportID, _ faults: [ConsentImportFault]) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.note",
            """
            INSERT INTO consent_import_faults (tenant_id, import_id, line, field, problem)
            SELECT $1, $2, u.line, u.field, u.problem
            FROM unnest($3::bigint[], $4::text[], $5::text[]) AS u (line, field, problem)
            """, [tenant, id, faults.map(\.line), faults.map(\.field), faults.map(\.problem)])
    }

    static func faults(_ tenant: TenantID, _ id: ConsentImportID, after line: Int, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.faults",
            """
            SELECT line, field, problem FROM consent_import_faults
            WHERE tenant_id = $1 AND import_id = $2 AND line > $3
            ORDER BY line
            LIMIT $4
            """, [tenant, id, line, limit])
    }

    // MARK: - Rows

    static func found(_ row: PostgresRow) throws -> ConsentImport {
        func count(_ column: String) throws -> Int { Int(try row.decode(column, as: Int32.self)) }
        var counts = ConsentImport.Counts()
        counts.lines = try count("lines")
        counts.processed = try count("processed")
        counts.recorded = try count("recorded")
        counts.unproven = try count("unproven")
        counts.afterWithdrawal = try count("after_withdrawal")
        counts.repeated = try count("repeated")
        counts.refused = try count("refused")
        return ConsentImport(
            id: try row.decode("import_id"), channel: try row.decode("channel_id"), source: try row.decode("source"),
            name: try row.decode("name"), isTrial: try row.decode("is_trial"),
            state: ConsentImport.State(rawValue: try row.decode("state")) ?? .stopped, counts: counts,
            createdAt: try row.decode("created_at"), finishedAt: try row.decode("finished_at"))
    }

    static func context(part: Int, of id: ConsentImportID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "consent_import_parts", column: "content_sealed/\(part)", row: id, tenant: tenant)
    }

    static func context(defaultsOf id: ConsentImportID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "consent_imports", column: "defaults_sealed", row: id, tenant: tenant)
    }
}
