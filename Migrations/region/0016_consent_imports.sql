-- Consents that a tenant collected elsewhere, brought in by file. What came waits sealed, in parts, and goes part by part: the rows of a
-- part are recorded, its faults noted and the part removed in one transaction, so that a process may die anywhere between.

CREATE TABLE consent_imports (
    tenant_id       uuid        NOT NULL CONSTRAINT consent_imports_tenant_fkey REFERENCES tenant_standing,
    import_id       uuid        NOT NULL,
    channel_id      uuid        NOT NULL,
    source          text        NOT NULL,
    name            text        CONSTRAINT consent_imports_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    is_trial        boolean     NOT NULL,
    defaults_sealed bytea       NOT NULL,
    state           text        NOT NULL
                    CONSTRAINT consent_imports_state_known CHECK (state IN ('open', 'receiving', 'running', 'done', 'stopped')),
    lines           integer     NOT NULL DEFAULT 0,
    processed       integer     NOT NULL DEFAULT 0,
    recorded        integer     NOT NULL DEFAULT 0,
    unproven        integer     NOT NULL DEFAULT 0,
    repeated        integer     NOT NULL DEFAULT 0,
    refused         integer     NOT NULL DEFAULT 0,
    created_by      uuid        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    touched_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    CONSTRAINT consent_imports_pkey PRIMARY KEY (tenant_id, import_id),
    CONSTRAINT consent_imports_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels,
    CONSTRAINT consent_imports_finished_ends CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'stopped')))
);
CREATE INDEX consent_imports_by_age ON consent_imports (touched_at);
COMMENT ON TABLE consent_imports IS 'Files of declared consents: how each is meant and how far it is. No personal data but what defaults_sealed may hold.';
COMMENT ON COLUMN consent_imports.is_trial IS 'Whether its lines are only checked and nothing is recorded.';
COMMENT ON COLUMN consent_imports.defaults_sealed IS 'What holds for every line that does not say otherwise. May be personal data (who took consents down); sealed with the tenant''s key.';
COMMENT ON COLUMN consent_imports.created_by IS 'The API key, by id.';

CREATE TABLE consent_import_parts (
    tenant_id      uuid    NOT NULL,
    import_id      uuid    NOT NULL,
    part           integer NOT NULL,
    content_sealed bytea   NOT NULL,
    CONSTRAINT consent_import_parts_pkey PRIMARY KEY (tenant_id, import_id, part),
    CONSTRAINT consent_import_parts_import_fkey FOREIGN KEY (tenant_id, import_id) REFERENCES consent_imports ON DELETE CASCADE
);
COMMENT ON TABLE consent_import_parts IS 'Lines of an import that are still to be worked on. A part goes when it was, and when the import is stopped.';
COMMENT ON COLUMN consent_import_parts.content_sealed IS 'Personal data: the lines as they came. Sealed with the tenant''s key.';

CREATE TABLE consent_import_faults (
    tenant_id uuid    NOT NULL,
    import_id uuid    NOT NULL,
    line      integer NOT NULL,
    field     text    NOT NULL,
    problem   text    NOT NULL,
    CONSTRAINT consent_import_faults_pkey PRIMARY KEY (tenant_id, import_id, line),
    CONSTRAINT consent_import_faults_import_fkey FOREIGN KEY (tenant_id, import_id) REFERENCES consent_imports ON DELETE CASCADE
);
COMMENT ON TABLE consent_import_faults IS 'Which lines of an import were not taken, and why. Quotes nothing of a line, so it is no personal data.';

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['consent_imports', 'consent_import_parts', 'consent_import_faults'] LOOP
        PERFORM keep_to_tenant(tenant_table::regclass);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO obhut_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO obhut_app', tenant_table);
    END LOOP;
END
$policies$;
-- What came of a file that broke off goes, and what is left of one that is stopped.
GRANT DELETE ON consent_import_parts, consent_import_faults TO obhut_app;

-- What is over for ninety days, and what was begun and never brought a file, is removed by the workers, whosever it is.
CREATE POLICY over ON consent_imports FOR ALL TO obhut_worker
    USING (touched_at < now() - CASE WHEN state IN ('done', 'stopped') THEN interval '90 days' ELSE interval '7 days' END
           AND state <> 'running');
