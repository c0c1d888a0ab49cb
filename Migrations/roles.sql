-- Obhut's database roles, made once per cluster by whoever may make roles (obhut dev does it for its private PostgreSQL).
-- None is superuser, none has BYPASSRLS. Give each a password or a pg_hba.conf line as your installation does.
-- One statement, so that any client can run it; running it again changes nothing.
DO $roles$
DECLARE
    wanted text;
    setting text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['obhut_owner', 'obhut_control', 'obhut_app', 'obhut_worker', 'obhut_audit'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- made by another process at the same moment
            END;
        END IF;
    END LOOP;

    -- Whatever these two ask, they ask by key. A plan is kept with its prepared statement, so one that was made while a table was small,
    -- and reads all of it, would go on reading all of it when the table has grown, until the next ANALYZE.
    FOREACH wanted IN ARRAY ARRAY['obhut_app', 'obhut_worker'] LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
            WHERE r.rolname = wanted AND s.setdatabase = 0 AND s.setconfig @> ARRAY['enable_material=off']);
        FOREACH setting IN ARRAY ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material'] LOOP
            EXECUTE format('ALTER ROLE %I SET %I = off', wanted, setting);
        END LOOP;
    END LOOP;
END
$roles$;
