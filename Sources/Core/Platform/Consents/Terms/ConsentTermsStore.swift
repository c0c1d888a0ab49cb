import PluginKit
import Postgres

/// The SQL of a tenant's terms. Whoever calls acts as the tenant.
enum ConsentTermsStore {
    /// Whether a row of `purposes` asks everybody anew, as SQL; the index and the view of migration 0020 have the same.
    static let renews = #"definition @> '{"renews_consent": true}'"#

    /// A tenant's terms as they are now, with the versions that make them up.
    struct Current: Sendable {
        var terms: ConsentTerms
        var profileVersion: Int
        var rules: ConsentRules

        /// As a version of a set-up names them.
        var purposes: JSON { Self.names(terms.purposes) }

        static func names(_ purposes: [ConsentTerms.Purpose]) -> JSON {
            .array(purposes.map { ["purpose": .string($0.name), "version": .number(String($0.version))] })
        }
    }

    /// - Returns: nil while the tenant has no profile.
    static func terms(of tenant: TenantID, _ session: some PostgresSession) async throws -> ConsentTerms? {
        try await current(tenant, session)?.terms
    }

    /// The rules that hold for a tenant; the standard ones while it said nothing.
    static func rules(of tenant: TenantID, _ session: some PostgresSession) async throws -> ConsentRules {
        try await session.query(profile(tenant)).first.map(kept)?.profile.rules ?? .standard
    }

    static func current(_ tenant: TenantID, _ session: some PostgresSession) async throws -> Current? {
        let found = try await session.pipeline([profile(tenant), purposes(tenant)])
        guard let row = found[0].first else { return nil }
        return current(try kept(row), try found[1].map(purpose))
    }

    /// What a profile and purposes make together.
    static func current(_ kept: KeptProfile, _ purposes: [KeptPurpose]) -> Current {
        Current(
            terms: terms(kept.profile, purposes.map(\.term)), profileVersion: kept.version, rules: kept.profile.rules)
    }

    static func terms(_ profile: ConsentProfile, _ purposes: [ConsentTerms.Purpose]) -> ConsentTerms {
        ConsentTerms(
            controller: profile.controller, imprintURL: profile.imprintURL, notice: profile.notice,
            purposes: purposes, minimumAge: profile.rules.minimumAge)
    }

    /// A version of a purpose that there is or was: evidence names it.
    static func purpose(
        _ tenant: TenantID, _ name: String, version: Int, _ session: some PostgresSession
    ) async throws -> KeptPurpose? {
        try await session.query(
            PostgresQuery(
                "consent-terms.purpose",
                """
                SELECT purpose, version, definition::text AS definition, created_at, retired_at
                FROM purposes
                WHERE tenant_id = $1 AND purpose = $2 AND version = $3
                """, [tenant, name, version])
        ).first.map(purpose)
    }

    /// Whether a later version of any of these asks everybody anew.
    static func isRenewed(
        _ purposes: [ConsentTerms.Purpose], of tenant: TenantID, _ session: some PostgresSession
    ) async throws -> Bool {
        try await !session.query(
            PostgresQuery(
                "consent-terms.renewed",
                """
                SELECT FROM unnest($2::text[], $3::bigint[]) AS shown (purpose, version)
                JOIN purposes p ON p.tenant_id = $1 AND p.purpose = shown.purpose AND p.version > shown.version
                WHERE \(renews)
                LIMIT 1
                """, [tenant, purposes.map(\.name), purposes.map(\.version)])
        ).isEmpty
    }

    /// One change of a tenant's terms and set-ups at a time; whoever comes second sees what the first left.
    static func lock(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.lock", "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
            ["obhut.consent-terms/\(tenant)"])
    }

    // MARK: - Statements

    static func profile(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.profile",
            """
            SELECT version, profile::text AS profile, created_at
            FROM consent_profiles
            WHERE tenant_id = $1
            ORDER BY version DESC
            LIMIT 1
            """, [tenant])
    }

    /// Those that people are asked for, each in its latest version, in the order in which they are shown.
    static func purposes(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.purposes",
            """
            SELECT p.purpose, p.version, p.definition::text AS definition, p.created_at, p.retired_at
            FROM purposes p
            JOIN (SELECT purpose, max(version) AS version, min(created_at) AS begun
                  FROM purposes
                  WHERE tenant_id = $1
                  GROUP BY purpose) latest USING (purpose, version)
            WHERE p.tenant_id = $1 AND p.retired_at IS NULL
            ORDER BY (p.definition ->> 'position')::integer, latest.begun, p.purpose
            """, [tenant])
    }

    /// Every version of one, the latest first.
    static func versions(_ tenant: TenantID, of name: String) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.versions",
            """
            SELECT purpose, version, definition::text AS definition, created_at, retired_at
            FROM purposes
            WHERE tenant_id = $1 AND purpose = $2
            ORDER BY version DESC
            """, [tenant, name])
    }

    static func add(_ profile: ConsentProfile, version: Int, _ tenant: TenantID, by who: String) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.add-profile",
            """
            INSERT INTO consent_profiles (tenant_id, version, profile, created_by)
            VALUES ($1, $2, $3::text::jsonb, $4)
            RETURNING version, profile::text AS profile, created_at
            """, [tenant, version, profile.json.text, who])
    }

    /// It begins now, and not when the transaction did, which may have waited for another: what was agreed to meanwhile was agreed to before.
    static func add(
        _ definition: PurposeDefinition, of name: String, version: Int, _ tenant: TenantID, by who: String
    ) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.add-purpose",
            """
            INSERT INTO purposes (tenant_id, purpose, version, definition, created_by, created_at)
            VALUES ($1, $2, $3, $4::text::jsonb, $5, clock_timestamp())
            RETURNING purpose, version, definition::text AS definition, created_at, retired_at
            """, [tenant, name, version, definition.json.text, who])
    }

    /// - Parameter isOver: false begins to ask for it again.
    static func retire(_ name: String, _ tenant: TenantID, isOver: Bool = true) -> PostgresQuery {
        PostgresQuery(
            "consent-terms.retire",
            """
            UPDATE purposes
            SET retired_at = CASE WHEN $3 THEN coalesce(retired_at, now()) END
            WHERE tenant_id = $1 AND purpose = $2
            """, [tenant, name, isOver])
    }

    // MARK: - Rows

    static func kept(_ row: PostgresRow) throws -> KeptProfile {
        guard let profile = ConsentProfile(kept: try JSON(parsing: row.decode("profile", as: String.self))) else {
            throw PlatformError(.unavailable, "The tenant's consent profile is kept in a form that is not known here.")
        }
        return KeptProfile(
            version: try row.decode("version"), profile: profile, createdAt: try row.decode("created_at"))
    }

    static func purpose(_ row: PostgresRow) throws -> KeptPurpose {
        guard
            let definition = PurposeDefinition(kept: try JSON(parsing: row.decode("definition", as: String.self)))
        else {
            throw PlatformError(.unavailable, "A purpose of the tenant is kept in a form that is not known here.")
        }
        return KeptPurpose(
            name: try row.decode("purpose"), version: try row.decode("version"), definition: definition,
            createdAt: try row.decode("created_at"), retiredAt: try row.decode("retired_at"))
    }
}
