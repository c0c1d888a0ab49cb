-- How many dead letters there are, kept by the database itself, so that watching them reads a row a tenant and not the letters. A
-- worker may read these counts across tenants, as it may the lanes; the letters themselves it still reads as the tenant only.
CREATE TABLE dead_letter_counts (
    tenant_id uuid   NOT NULL CONSTRAINT dead_letter_counts_tenant_fkey REFERENCES tenant_standing,
    kind      text   NOT NULL,
    letters   bigint NOT NULL CONSTRAINT dead_letter_counts_letters_positive CHECK (letters >= 0),
    CONSTRAINT dead_letter_counts_pkey PRIMARY KEY (tenant_id, kind)
);
COMMENT ON TABLE dead_letter_counts IS 'How many of a tenant''s jobs of a kind are dead letters; kept by triggers on queue_jobs. No personal data.';

CREATE FUNCTION count_dead_letter() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.dead_at IS NULL) THEN
        UPDATE dead_letter_counts SET letters = letters - 1 WHERE tenant_id = OLD.tenant_id AND kind = OLD.kind;
    ELSE
        INSERT INTO dead_letter_counts AS c (tenant_id, kind, letters) VALUES (NEW.tenant_id, NEW.kind, 1)
        ON CONFLICT (tenant_id, kind) DO UPDATE SET letters = c.letters + 1;
    END IF;
    RETURN NULL;
END
$function$;

-- At the end of the transaction: the count is the last row that is locked, after lanes, messages and jobs, so that no two
-- transactions wait for each other. The conditions are looked at at once, so jobs that are simply done cost nothing more.
CREATE CONSTRAINT TRIGGER counts_dead_letter_made AFTER INSERT ON queue_jobs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.dead_at IS NOT NULL) EXECUTE FUNCTION count_dead_letter();
CREATE CONSTRAINT TRIGGER counts_dead_letter_changed AFTER UPDATE OF dead_at ON queue_jobs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.dead_at IS NULL) <> (NEW.dead_at IS NULL)) EXECUTE FUNCTION count_dead_letter();
CREATE CONSTRAINT TRIGGER counts_dead_letter_gone AFTER DELETE ON queue_jobs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.dead_at IS NOT NULL) EXECUTE FUNCTION count_dead_letter();

-- The letters there are already. Nobody sees all of them while row-level security holds the owner too.
ALTER TABLE queue_jobs NO FORCE ROW LEVEL SECURITY;
INSERT INTO dead_letter_counts (tenant_id, kind, letters)
SELECT tenant_id, kind, count(*) FROM queue_jobs WHERE dead_at IS NOT NULL GROUP BY tenant_id, kind;
ALTER TABLE queue_jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE dead_letter_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letter_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON dead_letter_counts FOR ALL TO obhut_app, obhut_worker
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
CREATE POLICY reads_across_tenants ON dead_letter_counts FOR SELECT TO obhut_worker USING (true);
GRANT SELECT, INSERT, UPDATE ON dead_letter_counts TO obhut_app, obhut_worker;
