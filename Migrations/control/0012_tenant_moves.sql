-- Moves of tenants to another shard or region: what was asked for and approved, how far each is, and what became of it.

CREATE TABLE tenant_moves (
    tenant_id        uuid        NOT NULL CONSTRAINT tenant_moves_tenant_fkey REFERENCES tenants,
    move_id          uuid        NOT NULL,
    from_region      text        NOT NULL CONSTRAINT tenant_moves_from_region_fkey REFERENCES regions,
    from_shard       text        NOT NULL,
    to_region        text        NOT NULL CONSTRAINT tenant_moves_to_region_fkey REFERENCES regions,
    to_shard         text        NOT NULL,
    approval_id      uuid        NOT NULL CONSTRAINT tenant_moves_approval_fkey REFERENCES approvals
                                 CONSTRAINT tenant_moves_approval_key UNIQUE,
    state            text        NOT NULL CONSTRAINT tenant_moves_state_known
                                 CHECK (state IN ('waiting_for_notice', 'holding', 'copying', 'switched', 'done', 'cancelled', 'failed')),
    created_at       timestamptz NOT NULL DEFAULT now(),
    held_at          timestamptz,
    copied_at        timestamptz,
    switched_at      timestamptz,
    ended_at         timestamptz,
    cancel_asked_at  timestamptz,
    failure          text        CONSTRAINT tenant_moves_failure_length CHECK (char_length(failure) BETWEEN 1 AND 1000),
    found            text,
    certificate      text,
    seal             bytea,
    CONSTRAINT tenant_moves_pkey PRIMARY KEY (tenant_id, move_id),
    CONSTRAINT tenant_moves_elsewhere CHECK (from_shard <> to_shard),
    CONSTRAINT tenant_moves_ended_at_the_end CHECK ((ended_at IS NULL) = (state IN ('waiting_for_notice', 'holding', 'copying', 'switched'))),
    CONSTRAINT tenant_moves_done_with_certificate CHECK (state <> 'done' OR certificate IS NOT NULL)
);
CREATE UNIQUE INDEX tenant_moves_one_open ON tenant_moves (tenant_id) WHERE ended_at IS NULL;
COMMENT ON TABLE tenant_moves IS 'Moves of tenants to another shard or region, and the certificate of what was erased where each came from. Kept as evidence (Art. 5(2), 28(3) GDPR). No personal data.';
COMMENT ON COLUMN tenant_moves.approval_id IS 'Who asked, who approved, and why.';
COMMENT ON COLUMN tenant_moves.cancel_asked_at IS 'Set when staff or an objection ends it before the switch; a worker then puts back what was begun.';
COMMENT ON COLUMN tenant_moves.failure IS 'Why it cannot go on; set before what was begun is put back.';
COMMENT ON COLUMN tenant_moves.found IS 'JSON: rows by table and ids of keys, as they were the same on both sides after copying.';
COMMENT ON COLUMN tenant_moves.certificate IS 'JSON text, exactly the bytes that are sealed.';
COMMENT ON COLUMN tenant_moves.seal IS 'CMS signature over the certificate; NULL where no sealer is configured.';

ALTER TABLE tenant_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_moves FORCE ROW LEVEL SECURITY;
CREATE POLICY control_plane ON tenant_moves FOR ALL TO obhut_control USING (true) WITH CHECK (true);
CREATE POLICY own_tenant ON tenant_moves FOR SELECT TO obhut_app
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON tenant_moves TO obhut_control;
