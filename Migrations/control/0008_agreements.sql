-- Agreements concluded here: rendered, sealed, accepted by signed link, countersigned; and what changes in them afterwards.

CREATE TABLE provider (
    singleton      boolean     NOT NULL DEFAULT true CONSTRAINT provider_pkey PRIMARY KEY CONSTRAINT provider_one CHECK (singleton),
    details_sealed bytea       NOT NULL,
    key_id         uuid        NOT NULL,
    revision       bigint      NOT NULL DEFAULT 1,
    updated_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE provider IS 'Who the provider (processor) is, as annex I names it. One row.';
COMMENT ON COLUMN provider.details_sealed IS 'Personal data of representatives, of the data-protection officer and of contacts: sealed with the control plane''s key. Kept as long as the installation.';

ALTER TABLE agreements
    DROP CONSTRAINT agreements_state_known,
    ADD CONSTRAINT agreements_state_known
        CHECK (state IN ('draft', 'offered', 'accepted', 'in_force', 'suspended', 'superseded', 'ended', 'declined', 'lapsed', 'withdrawn')),
    ALTER COLUMN signed_on DROP NOT NULL,
    ADD COLUMN form             text        NOT NULL DEFAULT 'recorded' CONSTRAINT agreements_form_known CHECK (form IN ('recorded', 'electronic')),
    ADD COLUMN language         text        CONSTRAINT agreements_language_known CHECK (language IN ('de', 'en')),
    ADD COLUMN text_id          text        CONSTRAINT agreements_text_id_length CHECK (char_length(text_id) BETWEEN 1 AND 64),
    ADD COLUMN text_version     text        CONSTRAINT agreements_text_version_length CHECK (char_length(text_version) BETWEEN 1 AND 64),
    ADD COLUMN objection_days   integer     CONSTRAINT agreements_objection_days_range CHECK (objection_days BETWEEN 1 AND 365),
    ADD COLUMN facts_sealed     bytea,
    ADD COLUMN annexes_sealed   bytea,
    ADD COLUMN covered_flows    text[],
    ADD COLUMN offered_at       timestamptz,
    ADD COLUMN offer_expires_at timestamptz,
    ADD COLUMN accepted_at      timestamptz,
    ADD COLUMN countersigned_at timestamptz,
    ADD COLUMN ended_at         timestamptz,
    ADD COLUMN revision         bigint      NOT NULL DEFAULT 1,
    ADD CONSTRAINT agreements_signed_when_in_force
        CHECK (signed_on IS NOT NULL OR state IN ('draft', 'offered', 'accepted', 'declined', 'lapsed', 'withdrawn'));
COMMENT ON COLUMN agreements.form IS 'recorded: concluded elsewhere, written down here. electronic: concluded here (Art. 28(9) GDPR).';
COMMENT ON COLUMN agreements.facts_sealed IS 'What filled the document when it was offered, as JSON sealed with the control plane''s key; names people of tenant and provider. Kept with the agreement.';
COMMENT ON COLUMN agreements.annexes_sealed IS 'The same as it holds now, after the changes that the tenant was told of and did not object to.';
COMMENT ON COLUMN agreements.covered_flows IS 'Data flows that the annexes cover, each as plugin/flow/digest. NULL when the annexes are not known here: an agreement concluded elsewhere.';

CREATE TABLE agreement_files (
    tenant_id      uuid        NOT NULL,
    agreement_id   uuid        NOT NULL,
    kind           text        NOT NULL CONSTRAINT agreement_files_kind_known CHECK (kind IN ('pdf', 'html', 'seal', 'acceptance', 'evidence', 'evidence_seal')),
    sha256         bytea       NOT NULL CONSTRAINT agreement_files_sha256_length CHECK (octet_length(sha256) = 32),
    content_sealed bytea       NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agreement_files_pkey PRIMARY KEY (tenant_id, agreement_id, kind),
    CONSTRAINT agreement_files_agreement_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreements
);
COMMENT ON TABLE agreement_files IS 'The document as offered, its seal, and the evidence of how it was concluded. Written once.';
COMMENT ON COLUMN agreement_files.content_sealed IS 'Names people of tenant and provider: sealed with the control plane''s key. Kept with the agreement.';

CREATE TABLE agreement_links (
    tenant_id    uuid        NOT NULL,
    link_id      uuid        NOT NULL,
    agreement_id uuid        NOT NULL,
    notice_id    uuid,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agreement_links_pkey PRIMARY KEY (tenant_id, link_id),
    CONSTRAINT agreement_links_agreement_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreements
);
CREATE INDEX agreement_links_by_agreement ON agreement_links (tenant_id, agreement_id);
COMMENT ON TABLE agreement_links IS 'Signed links by which a tenant''s signatory reaches an agreement or a notice. The link itself is never stored. No personal data.';

CREATE TABLE agreement_notices (
    tenant_id        uuid        NOT NULL,
    notice_id        uuid        NOT NULL,
    agreement_id     uuid        NOT NULL,
    state            text        NOT NULL CONSTRAINT agreement_notices_state_known CHECK (state IN ('open', 'objected', 'effective', 'withdrawn')),
    changes          text        NOT NULL,
    digest           bytea       NOT NULL CONSTRAINT agreement_notices_digest_length CHECK (octet_length(digest) = 32),
    annexes_sealed   bytea       NOT NULL,
    new_flows        text[]      NOT NULL,
    announced_at     timestamptz NOT NULL,
    objection_until  timestamptz NOT NULL,
    decided_at       timestamptz,
    objection_sealed bytea,
    revision         bigint      NOT NULL DEFAULT 1,
    CONSTRAINT agreement_notices_pkey PRIMARY KEY (tenant_id, notice_id),
    CONSTRAINT agreement_notices_agreement_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreements,
    CONSTRAINT agreement_notices_digest_key UNIQUE (tenant_id, agreement_id, digest)
);
CREATE UNIQUE INDEX agreement_notices_one_open ON agreement_notices (tenant_id, agreement_id) WHERE state = 'open';
CREATE INDEX agreement_notices_due ON agreement_notices (objection_until) WHERE state = 'open';
COMMENT ON TABLE agreement_notices IS 'Changes of the annexes that a tenant was told of (Art. 28(2) GDPR), and whether it objected. A change takes effect when the period has passed without objection.';
COMMENT ON COLUMN agreement_notices.changes IS 'The difference, as JSON in both languages. No personal data: recipients, countries, categories.';
COMMENT ON COLUMN agreement_notices.objection_sealed IS 'Why the tenant objected and who said so: sealed with the control plane''s key. Kept with the agreement.';

CREATE TABLE agreement_instructions (
    tenant_id      uuid        NOT NULL CONSTRAINT agreement_instructions_tenant_fkey REFERENCES tenants,
    instruction_id uuid        NOT NULL,
    agreement_id   uuid        NOT NULL,
    given_at       timestamptz NOT NULL,
    text_sealed    bytea       NOT NULL,
    seems_unlawful boolean     NOT NULL DEFAULT false,
    answer_sealed  bytea,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agreement_instructions_pkey PRIMARY KEY (tenant_id, instruction_id),
    CONSTRAINT agreement_instructions_agreement_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreements
);
COMMENT ON TABLE agreement_instructions IS 'What the controller instructed (Art. 28(3)(a) GDPR), and whether we told it that an instruction seems unlawful (Art. 28(3), last sentence). Only ever added.';
COMMENT ON COLUMN agreement_instructions.text_sealed IS 'The instruction and who gave it, which may name people: sealed with the control plane''s key. Kept with the agreement.';

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY
        ARRAY['agreement_files', 'agreement_links', 'agreement_notices', 'agreement_instructions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY control_plane ON %I FOR ALL TO obhut_control USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I FOR SELECT TO obhut_app USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
            tenant_table);
    END LOOP;
END
$policies$;

GRANT SELECT, INSERT, UPDATE ON provider, agreement_links, agreement_notices TO obhut_control;
GRANT SELECT, INSERT ON agreement_files, agreement_instructions TO obhut_control;
