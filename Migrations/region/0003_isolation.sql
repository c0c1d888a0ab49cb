-- Row-level security for every table that has a tenant_id. FORCE holds the owner to it too; without a tenant set, nothing is seen.
DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOR tenant_table IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I FOR ALL TO obhut_app, obhut_worker
             USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
             WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', tenant_table);
    END LOOP;
END
$policies$;

-- A worker looks for lanes across tenants and nothing else; what it then does, it does as the tenant.
CREATE POLICY claims_across_tenants ON queue_lanes FOR ALL TO obhut_worker USING (true) WITH CHECK (true);

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO obhut_app, obhut_worker;
GRANT SELECT, INSERT, UPDATE ON tenant_standing, tenant_keys, channels, contacts, identities, conversations, messages, message_statuses,
    channel_events, consents, idempotency_keys TO obhut_app, obhut_worker;
GRANT SELECT, INSERT ON consent_events TO obhut_app, obhut_worker;
GRANT DELETE ON channels, consents, idempotency_keys, conversations TO obhut_app;
GRANT SELECT, INSERT, UPDATE ON queue_lanes, queue_jobs TO obhut_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON queue_lanes, queue_jobs TO obhut_worker;
