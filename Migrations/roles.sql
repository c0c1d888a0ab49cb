-- Obhut's database roles, made once per cluster by whoever may make roles (obhut dev does it for its private PostgreSQL).
-- None is superuser, none has BYPASSRLS. Give each a password or a pg_hba.conf line as your installation does.
-- One statement, so that any client can run it; running it again changes nothing.
DO $roles$
DECLARE
    wanted text;
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
END
$roles$;
