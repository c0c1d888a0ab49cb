import Postgres

import struct Foundation.Date

/// The SQL of erasing a tenant. In the region it is run by `obhut_worker`, whom a policy lets delete only what belongs to the tenant of
/// the transaction, and only when that tenant is terminated.
enum ErasureStore {
    /// Of the control plane's tables that go by tenant, those of which nothing stays, in the order in which they are emptied.
    static let removed = [
        "channel_routes", "ingress_routes", "api_keys", "discarded_events", "agreement_texts", "consent_source_routes",
    ]

    /// Those that stay, and why.
    static let kept: [(table: String, reason: String)] = [
        ("tenants", "name, state and dates: proof of the contract and of its end"),
        ("tenant_details", "what the company is and what was agreed; its contact persons are removed"),
        ("agreements", "proof of the agreement (Art. 5(2), 28 GDPR)"),
        ("agreement_files", "the documents of the contract, and the evidence of how it was concluded"),
        ("agreement_links", "that a link was used or withdrawn; it opens nothing any more"),
        ("agreement_notices", "that the controller was told of changes, and whether it objected (Art. 28(2) GDPR)"),
        ("agreement_instructions", "what the controller instructed (Art. 28(3)(a) GDPR)"),
        ("tenant_erasures", "this certificate"),
        ("tenant_moves", "where the data lived before, and that nothing of them is left there"),
    ]

    // MARK: - Region

    static func count(_ table: TenantTables.Table, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery("erasure.count", "SELECT count(*) AS rows FROM \(table.name) WHERE tenant_id = $1", [tenant])
    }

    static func keys(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "erasure.keys", "SELECT key_id::text AS key_id FROM tenant_keys WHERE tenant_id = $1 ORDER BY key_id",
            [tenant])
    }

    static func destroyKeys(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery("erasure.destroy-keys", "DELETE FROM tenant_keys WHERE tenant_id = $1", [tenant])
    }

    /// Rows of a table that point to each other let go, so that they can be removed in portions.
    static func unlink(
        _ table: TenantTables.Table, _ column: String, _ tenant: TenantID, _ limit: Int
    ) -> PostgresQuery {
        PostgresQuery(
            "erasure.unlink",
            """
            UPDATE \(table.name)
            SET \(column) = NULL
            WHERE tenant_id = $1 AND ctid = ANY (ARRAY(
                SELECT ctid FROM \(table.name) WHERE tenant_id = $1 AND \(column) IS NOT NULL LIMIT $2))
            """, [tenant, limit])
    }

    static func remove(_ table: TenantTables.Table, _ tenant: TenantID, _ limit: Int) -> PostgresQuery {
        PostgresQuery(
            "erasure.remove",
            """
            DELETE FROM \(table.name)
            WHERE tenant_id = $1 AND ctid = ANY (ARRAY(SELECT ctid FROM \(table.name) WHERE tenant_id = $1 LIMIT $2))
            """, [tenant, limit])
    }

    // MARK: - Control plane

    /// One a shard and installation erases; the lock ends with the transaction, and so with its process.
    static func claim(_ shard: ShardID) -> PostgresQuery {
        PostgresQuery(
            "erasure.claim", "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS is_mine",
            ["obhut.erasure/\(shard)"])
    }

    static func begin(_ tenant: TenantID, _ findings: ErasureFindings) -> PostgresQuery {
        PostgresQuery(
            "erasure.begin",
            """
            INSERT INTO tenant_erasures (tenant_id, found)
            VALUES ($1, $2)
            ON CONFLICT (tenant_id) DO NOTHING
            """, [tenant, findings.json.text])
    }

    static func find(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "erasure.find",
            """
            SELECT started_at, found, finished_at, certificate, seal
            FROM tenant_erasures
            WHERE tenant_id = $1
            """, [tenant])
    }

    static func removeFromControl(_ table: String, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery("erasure.remove-from-control", "DELETE FROM \(table) WHERE tenant_id = $1", [tenant])
    }

    static func head(_ chain: AuditChain) -> PostgresQuery {
        PostgresQuery(
            "erasure.audit-head", "SELECT sequence, hash FROM audit_heads WHERE chain = $1", [chain.description])
    }

    static func finish(_ tenant: TenantID, at date: Date, _ certificate: ErasureCertificate) -> PostgresQuery {
        PostgresQuery(
            "erasure.finish",
            "UPDATE tenant_erasures SET finished_at = $2, certificate = $3, seal = $4 WHERE tenant_id = $1",
            [tenant, date, certificate.text, certificate.seal])
    }

    static func certificate(_ row: PostgresRow) throws -> ErasureCertificate? {
        guard let text = try row.decode("certificate", as: String?.self) else { return nil }
        return ErasureCertificate(text: text, seal: try row.decode("seal"))
    }
}
