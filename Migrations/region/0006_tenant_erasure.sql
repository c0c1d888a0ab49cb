-- The end of a tenant: a worker destroys its keys and then all its rows.
--
-- The right to do so goes with the tenant's state. A restrictive policy is asked besides `own_tenant`, so a DELETE by obhut_worker
-- reaches rows of the one tenant that is set for the transaction, and of that only when the control plane has terminated it: no mistake
-- in a statement can remove a living tenant's data. obhut_app gets nothing new.
ALTER TABLE tenant_standing ADD CONSTRAINT tenant_standing_state_known
    CHECK (tenant_state IN ('draft', 'onboarding', 'active', 'suspended', 'terminated', 'erased'));

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOR tenant_table IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
          -- Workers remove rows of these for living tenants too: lanes and jobs that are done, keys that are too old to count.
          AND c.relname NOT IN ('queue_lanes', 'queue_jobs', 'idempotency_keys')
    LOOP
        EXECUTE format('GRANT DELETE ON %I TO obhut_worker', tenant_table);
        CONTINUE WHEN tenant_table = 'tenant_standing';
        EXECUTE format(
            'CREATE POLICY erased_when_terminated ON %I AS RESTRICTIVE FOR DELETE TO obhut_worker
             USING ((SELECT s.tenant_state FROM tenant_standing s
                     WHERE s.tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid) = ''terminated'')', tenant_table);
    END LOOP;
END
$policies$;
CREATE POLICY erased_when_terminated ON tenant_standing AS RESTRICTIVE FOR DELETE TO obhut_worker
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid AND tenant_state = 'terminated');
