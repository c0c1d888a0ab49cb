import PluginKit
import Postgres

/// The SQL that changes set-ups. Whoever calls acts as the tenant and holds its terms (`ConsentTermsStore.lock`).
enum ConsentSourceStore {
    static func add(_ source: ConsentSource, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.add",
            """
            INSERT INTO consent_sources (tenant_id, source_id, plugin, channel_id, name, converses, state, version, origins)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                tenant, source.id, source.plugin, source.channel, source.name, source.converses, source.state,
                source.version, source.origins,
            ])
    }

    static func addVersion(
        _ version: Int, of source: ConsentSourceID, _ configuration: JSON, _ terms: ConsentTermsStore.Current,
        _ tenant: TenantID, by who: String
    ) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.add-version",
            """
            INSERT INTO consent_source_versions (tenant_id, source_id, version, configuration, profile_version, purposes, created_by)
            VALUES ($1, $2, $3, $4::text::json, $5, $6::text::jsonb, $7)
            """,
            [tenant, source, version, configuration.text, terms.profileVersion, terms.purposes.text, who])
    }

    static func update(_ source: ConsentSource, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.update",
            """
            UPDATE consent_sources
            SET name = $3, state = $4, version = $5, origins = $6, revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND source_id = $2
            """, [tenant, source.id, source.name, source.state, source.version, source.origins])
    }

    /// The channel that is to be asked on.
    static func channel(_ tenant: TenantID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.channel",
            "SELECT state FROM channels WHERE tenant_id = $1 AND channel_id = $2", [tenant, channel])
    }

    // MARK: - Control plane

    static func addRoute(_ source: ConsentSourceID, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.add-route",
            "INSERT INTO consent_source_routes (source_id, tenant_id) VALUES ($1, $2)", [source, tenant])
    }

    static func route(_ source: ConsentSourceID) -> PostgresQuery {
        PostgresQuery(
            "consent-sources.route",
            """
            SELECT t.tenant_id, t.shard_id
            FROM consent_source_routes r
            JOIN tenants t USING (tenant_id)
            WHERE r.source_id = $1
            """, [source])
    }
}
