-- A tenant's life cycle, who the controller is, and the end: return, erasure, certificate.

ALTER TABLE tenants
    ADD COLUMN revision      bigint      NOT NULL DEFAULT 1,
    ADD COLUMN state_reason  text        CONSTRAINT tenants_state_reason_length CHECK (char_length(state_reason) BETWEEN 1 AND 1000),
    ADD COLUMN state_since   timestamptz,
    ADD COLUMN terminated_at timestamptz,
    ADD COLUMN erase_after   timestamptz,
    ADD COLUMN erased_at     timestamptz,
    ADD CONSTRAINT tenants_termination_dated 
                   CHECK (state NOT IN ('terminated', 'erased') OR (terminated_at IS NOT NULL AND erase_after IS NOT NULL));
-- Nobody sees all of them while row-level security holds the owner too.
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
UPDATE tenants SET state_since = created_at;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants ALTER COLUMN state_since SET DEFAULT now(), ALTER COLUMN state_since SET NOT NULL;
COMMENT ON COLUMN tenants.revision IS 'Grows with every change of the tenant or of the controller''s details.';
COMMENT ON COLUMN tenants.state_reason IS 'Why staff suspended or terminated it. Free text; staff is told to keep people''s data out of it.';
COMMENT ON COLUMN tenants.erase_after IS 'From when on a terminated tenant''s data are erased (Art. 28(3)(g) GDPR).';
CREATE INDEX tenants_by_name ON tenants (lower(name COLLATE "und-x-icu"), tenant_id);
CREATE INDEX tenants_to_erase ON tenants (erase_after) WHERE state = 'terminated';

CREATE TABLE tenant_details (
    tenant_id               uuid    NOT NULL CONSTRAINT tenant_details_pkey PRIMARY KEY
                                    CONSTRAINT tenant_details_tenant_fkey REFERENCES tenants,
    legal_name              text,
    legal_form              text,
    register_name           text,
    register_number         text,
    street                  text,
    postal_code             text,
    city                    text,
    country                 text    CONSTRAINT tenant_details_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$'),
    representative_name     text,
    representative_function text,
    officer_name            text,
    officer_email           text,
    officer_phone           text,
    officer_absent_because  text,
    breach_name             text,
    breach_email            text,
    breach_phone            text,
    purposes                text[]  NOT NULL DEFAULT '{}',
    data_categories         text[]  NOT NULL DEFAULT '{}',
    person_categories       text[]  NOT NULL DEFAULT '{}',
    special_processed       boolean,
    special_kinds           text[]  NOT NULL DEFAULT '{}',
    retention_data          text[]  NOT NULL DEFAULT '{}',
    retention_days          bigint[] NOT NULL DEFAULT '{}',
    languages               text[]  NOT NULL DEFAULT '{}',
    updated_at              timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_details_officer_or_reason CHECK (officer_name IS NULL OR officer_absent_because IS NULL),
    CONSTRAINT tenant_details_kinds_need_processing CHECK (special_processed IS TRUE OR cardinality(special_kinds) = 0),
    CONSTRAINT tenant_details_retention_pairs CHECK (cardinality(retention_data) = cardinality(retention_days))
);
COMMENT ON TABLE tenant_details IS 'Who the controller is and what is processed for it (Art. 28(3), 30(2) GDPR); the annexes of its agreement are made from this. Company facts are kept as long as the tenant''s record, contact persons until erasure.';
COMMENT ON COLUMN tenant_details.representative_name IS 'Personal data: who acts for the controller. Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.representative_function IS 'Personal data: what that person is in the company. Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.officer_name IS 'Personal data: the data-protection officer (Art. 37 GDPR). Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.officer_email IS 'Personal data: business address of the data-protection officer. Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.officer_phone IS 'Personal data: business number of the data-protection officer. Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.breach_name IS 'Personal data: who is told of a breach (Art. 33(2) GDPR). Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.breach_email IS 'Personal data: business address of that person. Not sealed; removed when the tenant is erased.';
COMMENT ON COLUMN tenant_details.breach_phone IS 'Personal data: business number of that person. Not sealed; removed when the tenant is erased.';

CREATE TABLE tenant_erasures (
    tenant_id   uuid        NOT NULL CONSTRAINT tenant_erasures_pkey PRIMARY KEY
                            CONSTRAINT tenant_erasures_tenant_fkey REFERENCES tenants,
    started_at  timestamptz NOT NULL DEFAULT now(),
    found       text        NOT NULL,
    finished_at timestamptz,
    certificate text,
    seal        bytea,
    CONSTRAINT tenant_erasures_finished_with_certificate CHECK ((finished_at IS NULL) = (certificate IS NULL))
);
COMMENT ON TABLE tenant_erasures IS 'Erasures of whole tenants: what was there when each began, and the certificate of its end. Kept as evidence (Art. 5(2) GDPR). No personal data.';
COMMENT ON COLUMN tenant_erasures.found IS 'JSON: rows by table and ids of keys, counted before the first of them was destroyed, so that a crash in between loses no count.';
COMMENT ON COLUMN tenant_erasures.certificate IS 'JSON text, exactly the bytes that are sealed.';
COMMENT ON COLUMN tenant_erasures.seal IS 'CMS signature over the certificate; NULL where no sealer is configured.';

CREATE TABLE discarded_events (
    tenant_id uuid        NOT NULL CONSTRAINT discarded_events_tenant_fkey REFERENCES tenants,
    plugin    text        NOT NULL,
    events    bigint      NOT NULL CONSTRAINT discarded_events_count_positive CHECK (events > 0),
    first_at  timestamptz NOT NULL DEFAULT now(),
    last_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT discarded_events_pkey PRIMARY KEY (tenant_id, plugin)
);
COMMENT ON TABLE discarded_events IS 'Counts of verified events that came for a tenant whose contract is over. Nothing of their content is kept. No personal data.';

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['tenant_details', 'tenant_erasures', 'discarded_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY control_plane ON %I FOR ALL TO obhut_control USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I FOR SELECT TO obhut_app USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
            tenant_table);
    END LOOP;
END
$policies$;

GRANT SELECT, INSERT, UPDATE ON tenant_details, tenant_erasures, discarded_events TO obhut_control;
-- Erasure removes a tenant's keys to the API and what was counted; routes it may remove already.
GRANT DELETE ON api_keys, discarded_events TO obhut_control;
