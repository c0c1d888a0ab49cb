-- Moving a tenant to another shard or region: nothing of it may change while it is copied, and nothing may be written where it came from.
--
-- The mark stands in tenant_standing. That it holds is not left to whoever asks for it first: restrictive policies on every tenant table
-- ask for it with each statement. A statement that began before the mark was committed does not see it; whoever moves a tenant waits
-- until every transaction that was open then has ended (MovementStore.others).
ALTER TABLE tenant_standing
    ADD COLUMN movement    text CONSTRAINT tenant_standing_movement_known
                                CHECK (movement IN ('pausing', 'leaving', 'left', 'arriving', 'arrived')),
    ADD COLUMN movement_id uuid,
    ADD CONSTRAINT tenant_standing_movement_of_a_move CHECK ((movement IS NULL) = (movement_id IS NULL));
COMMENT ON COLUMN tenant_standing.movement IS 'NULL where the tenant lives. pausing: nothing new is begun, what is in hand is written down. leaving: nothing is written. left: it lives elsewhere, and workers erase it here; the row stays as a sign. arriving, arrived: a worker copies it here; nobody else writes. No personal data.';
COMMENT ON COLUMN tenant_standing.movement_id IS 'By which move (tenant_moves in the control plane), so that a worker that was overtaken can do nothing more.';
CREATE INDEX tenant_standing_moving ON tenant_standing (tenant_id) WHERE movement IS NOT NULL;

-- A worker must know whom to leave alone when it looks across tenants.
CREATE POLICY moving_across_tenants ON tenant_standing FOR SELECT TO obhut_worker USING (movement IS NOT NULL);

CREATE FUNCTION refuse_moving() RETURNS boolean LANGUAGE plpgsql AS $function$
BEGIN
    -- Names nobody: the client knows whose transaction it is.
    RAISE EXCEPTION 'the tenant is being moved to another place' USING ERRCODE = 'OB001';
END
$function$;
COMMENT ON FUNCTION refuse_moving() IS 'Refuses a row of a tenant that is being moved, with a SQLSTATE of its own.';

-- A function and not a sub-select of its own in each policy: that would be planned and opened with each statement, whether asked or not.
-- STABLE, so that it sees what the statement sees; by its full name, so that no temporary table takes its place.
CREATE FUNCTION moving_tenants(VARIADIC marks text[]) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $function$
BEGIN
    RETURN ARRAY(SELECT s.tenant_id FROM public.tenant_standing s WHERE s.movement IS NOT NULL AND s.movement = ANY (marks));
END
$function$;
COMMENT ON FUNCTION moving_tenants(text[]) IS 'Tenants with one of these marks of moving, as far as the role may see them; an index holds the moving tenants alone.';

-- Every tenant table but tenant_standing itself. A later migration calls this for each table that it adds; a test reads the catalogue.
-- The sub-selects do not depend on the row: PostgreSQL runs each once a statement, when the first row asks.
CREATE FUNCTION hold_while_moving(tenant_table regclass) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    still text := 'tenant_id <> ALL ((SELECT moving_tenants(%s))::uuid[])';
    shut text := still || ' OR refuse_moving()';
    app text := $$'leaving', 'left', 'arriving', 'arrived'$$;
BEGIN
    EXECUTE format('CREATE POLICY app_adds_while_still ON %s AS RESTRICTIVE FOR INSERT TO obhut_app WITH CHECK (%s)',
                   tenant_table, format(shut, app));
    EXECUTE format('CREATE POLICY app_changes_while_still ON %s AS RESTRICTIVE FOR UPDATE TO obhut_app USING (true) WITH CHECK (%s)',
                   tenant_table, format(shut, app));
    EXECUTE format('CREATE POLICY app_removes_while_still ON %s AS RESTRICTIVE FOR DELETE TO obhut_app USING (%s)',
                   tenant_table, format(still, app));
    EXECUTE format('CREATE POLICY worker_adds_while_still ON %s AS RESTRICTIVE FOR INSERT TO obhut_worker WITH CHECK (%s)',
                   tenant_table, format(shut, $$'leaving', 'left', 'arrived'$$));
    EXECUTE format('CREATE POLICY worker_changes_while_still ON %s AS RESTRICTIVE FOR UPDATE TO obhut_worker USING (true) WITH CHECK (%s)',
                   tenant_table, format(shut, $$'leaving'$$));
    EXECUTE format('CREATE POLICY worker_removes_while_still ON %s AS RESTRICTIVE FOR DELETE TO obhut_worker USING (%s)',
                   tenant_table, format(still, $$'leaving'$$));
END
$function$;
COMMENT ON FUNCTION hold_while_moving(regclass) IS 'Gives a tenant table the policies by which nothing is written while its tenant is moved.';

-- What every tenant table of a later migration needs.
CREATE FUNCTION keep_to_tenant(tenant_table regclass) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
        'CREATE POLICY own_tenant ON %s FOR ALL TO obhut_app, obhut_worker
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', tenant_table);
    PERFORM hold_while_moving(tenant_table);
END
$function$;
COMMENT ON FUNCTION keep_to_tenant(regclass) IS 'Forces row-level security on a tenant table: rows of the transaction''s tenant alone, and none written while it is moved.';

-- What a worker may remove for good: the data of a tenant whose contract is over, as before, and now also what a tenant left behind when
-- it moved away, or what of it arrived by a move that was given up.
CREATE FUNCTION keep_until_gone(tenant_table regclass) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
    EXECUTE format(
        'CREATE POLICY erased_when_terminated ON %s AS RESTRICTIVE FOR DELETE TO obhut_worker
         USING ((SELECT s.tenant_state = ''terminated'' OR coalesce(s.movement IN (''left'', ''arriving'', ''arrived''), false)
                 FROM tenant_standing s
                 WHERE s.tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', tenant_table);
END
$function$;
COMMENT ON FUNCTION keep_until_gone(regclass) IS 'Gives a tenant table the policy by which its rows are removed only when the contract is over, or the tenant lives elsewhere.';

-- What copies and removes a tenant whole must set nothing else going: triggers ask this.
CREATE FUNCTION is_being_copied(tenant uuid) RETURNS boolean LANGUAGE sql STABLE AS $function$
    SELECT EXISTS (SELECT FROM tenant_standing WHERE tenant_id = tenant AND movement IN ('left', 'arriving', 'arrived'))
$function$;

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOR tenant_table IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
          AND c.relname <> 'tenant_standing'
    LOOP
        PERFORM hold_while_moving(tenant_table::regclass);
        CONTINUE WHEN tenant_table IN ('queue_lanes', 'queue_jobs', 'idempotency_keys');
        EXECUTE format('DROP POLICY erased_when_terminated ON %I', tenant_table);
        PERFORM keep_until_gone(tenant_table::regclass);
    END LOOP;
END
$policies$;
DROP POLICY erased_when_terminated ON tenant_standing;
CREATE POLICY erased_when_terminated ON tenant_standing AS RESTRICTIVE FOR DELETE TO obhut_worker
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
           AND (tenant_state = 'terminated' OR coalesce(movement IN ('arriving', 'arrived'), false)));

-- The count of dead letters is copied and removed as a row like any other: the rows it counts must not count a second time.
CREATE OR REPLACE FUNCTION count_dead_letter() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF is_being_copied(coalesce(NEW.tenant_id, OLD.tenant_id)) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.dead_at IS NULL) THEN
        UPDATE dead_letter_counts SET letters = letters - 1 WHERE tenant_id = OLD.tenant_id AND kind = OLD.kind;
    ELSE
        INSERT INTO dead_letter_counts AS c (tenant_id, kind, letters) VALUES (NEW.tenant_id, NEW.kind, 1)
        ON CONFLICT (tenant_id, kind) DO UPDATE SET letters = c.letters + 1;
    END IF;
    RETURN NULL;
END
$function$;
