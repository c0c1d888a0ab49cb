import Postgres

/// The SQL of wordings that are kept beside the standard one.
enum AgreementTextStore {
    /// One change of a name at a time: its versions increase, and it belongs to one owner.
    static func lock(_ name: AgreementTextName) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.lock", "SELECT pg_advisory_xact_lock(hashtextextended('obhut.agreement-text/' || $1, 0))",
            [name])
    }

    static func add(
        _ identity: AgreementTextFiles.Identity, _ files: AgreementTextFiles, of tenant: TenantID?, by member: StaffID?
    ) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.add",
            """
            INSERT INTO agreement_texts (name, version, tenant_id, content_de, content_en, stored_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING name, version, tenant_id, stored_at, stored_by, withdrawn_at
            """, [identity.name, identity.version, tenant, files.german, files.english, member])
    }

    static func newest(_ name: AgreementTextName) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.newest",
            """
            SELECT name, version, tenant_id, stored_at, stored_by, withdrawn_at
            FROM agreement_texts
            WHERE name = $1
            ORDER BY version DESC
            LIMIT 1
            """, [name])
    }

    static func list(_ filter: AgreementTextFilter, after: (name: String, version: Int)?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.list",
            """
            SELECT name, version, tenant_id, stored_at, stored_by, withdrawn_at
            FROM agreement_texts
            WHERE ($1::uuid IS NULL OR tenant_id = $1)
              AND ($2::text IS NULL OR name = $2)
              AND ($3::text IS NULL OR (name, version) > ($3, $4::integer))
            ORDER BY name, version
            LIMIT $5
            """, [filter.tenant, filter.name, after?.name, after?.version, limit])
    }

    static func find(_ name: AgreementTextName, _ version: Int) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.find",
            """
            SELECT name, version, tenant_id, stored_at, stored_by, withdrawn_at, content_de, content_en
            FROM agreement_texts
            WHERE name = $1 AND version = $2
            """, [name, version])
    }

    /// The version that a tenant can be offered: the one that is asked for, else the newest.
    static func offered(_ name: AgreementTextName, _ version: Int?, to tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.offered",
            """
            SELECT name, version, tenant_id, stored_at, stored_by, withdrawn_at, content_de, content_en
            FROM agreement_texts
            WHERE name = $1 AND ($2::integer IS NULL OR version = $2) AND (tenant_id IS NULL OR tenant_id = $3)
              AND ($2::integer IS NOT NULL OR withdrawn_at IS NULL)
            ORDER BY version DESC
            LIMIT 1
            """, [name, version, tenant])
    }

    /// The newest version of each that a tenant can be offered.
    static func choices(for tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.choices",
            """
            SELECT DISTINCT ON (name) name, version, tenant_id, stored_at, stored_by, withdrawn_at
            FROM agreement_texts
            WHERE withdrawn_at IS NULL AND (tenant_id IS NULL OR tenant_id = $1)
            ORDER BY name, version DESC
            """, [tenant])
    }

    static func withdraw(_ name: AgreementTextName, _ version: Int) -> PostgresQuery {
        PostgresQuery(
            "agreement-texts.withdraw",
            """
            UPDATE agreement_texts
            SET withdrawn_at = now()
            WHERE name = $1 AND version = $2 AND withdrawn_at IS NULL
            RETURNING name, version, tenant_id, stored_at, stored_by, withdrawn_at
            """, [name, version])
    }

    static func text(_ row: PostgresRow) throws -> StoredAgreementText {
        StoredAgreementText(
            name: try row.decode("name"), version: try row.decode("version"), tenant: try row.decode("tenant_id"),
            storedAt: try row.decode("stored_at"), storedBy: try row.decode("stored_by"),
            withdrawnAt: try row.decode("withdrawn_at"))
    }

    static func files(_ row: PostgresRow) throws -> AgreementTextFiles {
        AgreementTextFiles(german: try row.decode("content_de"), english: try row.decode("content_en"))
    }
}
