extension ExportTable {
    /// What the control plane knows of a tenant.
    static let control: [ExportTable] = [
        ExportTable(
            name: "tenants", place: .control,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.tenant_id::text] AS place
                FROM tenants t
                WHERE t.tenant_id = $1 AND $3::text[] IS NULL
                LIMIT $2
                """),
        ExportTable(
            name: "tenant_details", place: .control,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.tenant_id::text] AS place
                FROM tenant_details t
                WHERE t.tenant_id = $1 AND $3::text[] IS NULL
                LIMIT $2
                """),
        ExportTable(
            name: "agreements", place: .control, omitted: ["document_sha256", "facts_sealed", "annexes_sealed"],
            sql: """
                SELECT (to_jsonb(t) - '{document_sha256,facts_sealed,annexes_sealed}'::text[]
                        || jsonb_build_object('document_sha256', encode(t.document_sha256, 'hex')))::text AS row,
                       ARRAY[t.agreement_id::text] AS place
                FROM agreements t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.agreement_id > ($3::text[])[1]::uuid)
                ORDER BY t.agreement_id
                LIMIT $2
                """),
        ExportTable(
            name: "agreement_texts", place: .control,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.name, t.version::text] AS place
                FROM agreement_texts t
                WHERE t.tenant_id = $1
                  AND ($3::text[] IS NULL OR (t.name, t.version) > (($3::text[])[1], ($3::text[])[2]::integer))
                ORDER BY t.name, t.version
                LIMIT $2
                """),
        ExportTable(
            name: "api_keys", place: .control, omitted: ["token_hash"],
            sql: """
                SELECT (to_jsonb(t) - 'token_hash')::text AS row, ARRAY[t.api_key_id::text] AS place
                FROM api_keys t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.api_key_id > ($3::text[])[1]::uuid)
                ORDER BY t.api_key_id
                LIMIT $2
                """),
    ]
}
