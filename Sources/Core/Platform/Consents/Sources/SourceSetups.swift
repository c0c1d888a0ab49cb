import PluginKit
import Postgres

/// Finds set-ups with their terms. Whoever calls acts as the tenant.
enum SourceSetups {
    /// The active set-up of the source that asks in the chat on a channel.
    static func conversing(
        _ tenant: TenantID, channel: ChannelID, _ session: some PostgresSession
    ) async throws -> PlacedSource? {
        try await session.query(
            PostgresQuery(
                "consent-sources.conversing",
                """
                \(selection)
                  AND v.version = s.version
                WHERE s.tenant_id = $1 AND s.channel_id = $2 AND s.state = 'active' AND s.converses
                """, [tenant, channel])
        ).first.map(placed)
    }

    /// A set-up whatever its state.
    /// - Parameter version: nil for the one that it has now.
    static func find(
        _ tenant: TenantID, _ id: ConsentSourceID, version: Int? = nil, _ session: some PostgresSession
    ) async throws -> PlacedSource? {
        try await session.query(
            PostgresQuery(
                "consent-sources.find",
                """
                \(selection)
                  AND v.version = coalesce($3::integer, s.version)
                WHERE s.tenant_id = $1 AND s.source_id = $2
                """, [tenant, id, version])
        ).first.map(placed)
    }

    /// All of a tenant, the oldest first, each in the version that it has now.
    static func all(_ tenant: TenantID, _ session: some PostgresSession) async throws -> [PlacedSource] {
        try await session.query(
            PostgresQuery(
                "consent-sources.all",
                """
                \(selection)
                  AND v.version = s.version
                WHERE s.tenant_id = $1
                ORDER BY s.source_id
                """, [tenant])
        ).map(placed)
    }

    /// Up to the condition that says which version.
    private static let selection = """
        SELECT s.source_id, s.plugin, s.channel_id, s.name, s.converses, s.state, s.version, s.origins, s.revision,
               s.created_at, s.updated_at, v.version AS setup_version, v.configuration::text AS configuration,
               v.profile_version, f.profile::text AS profile, c.display_address, c.plugin AS channel_plugin,
               (SELECT jsonb_agg(jsonb_build_object('purpose', p.purpose, 'version', p.version, 'definition', p.definition)
                                 ORDER BY n.place)::text
                FROM jsonb_array_elements(v.purposes) WITH ORDINALITY AS n (name, place)
                JOIN purposes p ON p.tenant_id = v.tenant_id AND p.purpose = n.name ->> 'purpose'
                                AND p.version = (n.name ->> 'version')::integer) AS purposes
        FROM consent_sources s
        JOIN channels c ON c.tenant_id = s.tenant_id AND c.channel_id = s.channel_id
        JOIN consent_source_versions v ON v.tenant_id = s.tenant_id AND v.source_id = s.source_id
        JOIN consent_profiles f ON f.tenant_id = v.tenant_id AND f.version = v.profile_version
        """

    private static let unknownForm = PlatformError(
        .unavailable, "A set-up of the tenant is kept in a form that is not known here.")

    static func source(_ row: PostgresRow) throws -> ConsentSource {
        ConsentSource(
            id: try row.decode("source_id"), plugin: try row.decode("plugin"), channel: try row.decode("channel_id"),
            name: try row.decode("name"), converses: try row.decode("converses"), state: try row.decode("state"),
            version: try row.decode("version"), origins: try row.decode("origins"),
            revision: try row.decode("revision"), createdAt: try row.decode("created_at"),
            updatedAt: try row.decode("updated_at"))
    }

    private static func placed(_ row: PostgresRow) throws -> PlacedSource {
        let source = try source(row)
        guard let profile = ConsentProfile(kept: try JSON(parsing: row.decode("profile", as: String.self))) else {
            throw unknownForm
        }
        let named = try row.decode("purposes", as: String?.self).map { try JSON(parsing: $0) }
        let purposes = try (named?.array ?? []).map { entry in
            guard let name = entry["purpose"]?.string, let version = entry["version"]?.int,
                let definition = entry["definition"].flatMap(PurposeDefinition.init(kept:))
            else { throw unknownForm }
            return ConsentTerms.Purpose(
                name: name, version: version, legalBasis: definition.legalBasis,
                isSpecialCategory: definition.isSpecialCategory, validity: definition.validityDays,
                texts: definition.texts)
        }
        let setup = SourceSetup(
            id: source.id.description, version: try row.decode("setup_version"),
            configuration: try JSON(parsing: row.decode("configuration", as: String.self)),
            terms: ConsentTermsStore.terms(profile, purposes), channelAddress: try row.decode("display_address"))
        return PlacedSource(
            source: source, setup: setup, profileVersion: try row.decode("profile_version"),
            channelPlugin: try row.decode("channel_plugin"))
    }
}
