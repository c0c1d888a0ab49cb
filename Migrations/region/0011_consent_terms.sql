-- What a tenant asks people to agree to, where it asks, and what was agreed on a page until a message proves whose it is.

CREATE TABLE consent_profiles (
    tenant_id  uuid        NOT NULL CONSTRAINT consent_profiles_tenant_fkey REFERENCES tenant_standing,
    version    integer     NOT NULL CONSTRAINT consent_profiles_version_counts CHECK (version >= 1),
    profile    jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL,
    CONSTRAINT consent_profiles_pkey PRIMARY KEY (tenant_id, version)
);
COMMENT ON TABLE consent_profiles IS 'Who asks for consent and by which rules: controller, imprint, privacy notice, periods. A change is a new version; none is ever changed, as evidence names it (Art. 7(1) GDPR). The tenant''s own words, no data of contacts.';
COMMENT ON COLUMN consent_profiles.created_by IS 'Kind and id of who made the version, as in the audit trail; no name.';

CREATE TABLE purposes (
    tenant_id  uuid        NOT NULL CONSTRAINT purposes_tenant_fkey REFERENCES tenant_standing,
    purpose    text        NOT NULL CONSTRAINT purposes_purpose_is_a_word CHECK (purpose ~ '^[a-z][a-z0-9_-]{0,63}$')
                           CONSTRAINT purposes_purpose_not_reserved CHECK (purpose NOT IN ('consent_dialogue', 'all')),
    version    integer     NOT NULL CONSTRAINT purposes_version_counts CHECK (version >= 1),
    definition jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text        NOT NULL,
    retired_at timestamptz,
    CONSTRAINT purposes_pkey PRIMARY KEY (tenant_id, purpose, version)
);
COMMENT ON TABLE purposes IS 'What people are asked to agree to, each by itself (Art. 7(2) GDPR): legal basis, validity, texts by language. A change is a new version; none is ever changed but for its end. No data of contacts.';
COMMENT ON COLUMN purposes.retired_at IS 'Since when nobody is asked for it any more; the same in all versions of a purpose.';

CREATE TABLE consent_sources (
    tenant_id  uuid        NOT NULL,
    source_id  uuid        NOT NULL,
    plugin     text        NOT NULL,
    channel_id uuid        NOT NULL,
    name       text        NOT NULL CONSTRAINT consent_sources_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    converses  boolean     NOT NULL,
    state      text        NOT NULL CONSTRAINT consent_sources_state_known CHECK (state IN ('active', 'paused', 'retired')),
    version    integer     NOT NULL,
    origins    text[]      NOT NULL DEFAULT '{}',
    revision   bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_sources_pkey PRIMARY KEY (tenant_id, source_id),
    CONSTRAINT consent_sources_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
CREATE UNIQUE INDEX consent_sources_one_conversing ON consent_sources (tenant_id, channel_id) WHERE state = 'active' AND converses;
COMMENT ON TABLE consent_sources IS 'Set-ups of consent sources: where a tenant asks people. No data of contacts.';
COMMENT ON COLUMN consent_sources.converses IS 'Whether its plugin asks in the chat; of such a channel has one at most that is active.';
COMMENT ON COLUMN consent_sources.origins IS 'Web origins of the tenant''s pages that may use it.';
COMMENT ON COLUMN consent_sources.revision IS 'Grows with every change of what is shown of it.';

CREATE TABLE consent_source_versions (
    tenant_id       uuid        NOT NULL,
    source_id       uuid        NOT NULL,
    version         integer     NOT NULL CONSTRAINT consent_source_versions_version_counts CHECK (version >= 1),
    configuration   json        NOT NULL,
    profile_version integer     NOT NULL,
    purposes        jsonb       NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text        NOT NULL,
    CONSTRAINT consent_source_versions_pkey PRIMARY KEY (tenant_id, source_id, version),
    CONSTRAINT consent_source_versions_source_fkey FOREIGN KEY (tenant_id, source_id) REFERENCES consent_sources,
    CONSTRAINT consent_source_versions_profile_fkey FOREIGN KEY (tenant_id, profile_version) REFERENCES consent_profiles
);
COMMENT ON TABLE consent_source_versions IS 'What each version of a set-up showed: configuration and the versions of the terms. None is ever changed, as evidence names it (Art. 7(1) GDPR). No data of contacts.';
COMMENT ON COLUMN consent_source_versions.purposes IS 'Names and versions of the purposes that there were, in the order in which they are shown.';

CREATE TABLE entry_codes (
    tenant_id      uuid        NOT NULL,
    entry_code_id  uuid        NOT NULL,
    code_index     bytea       NOT NULL,
    source_id      uuid        NOT NULL,
    source_version integer     NOT NULL,
    channel_id     uuid        NOT NULL,
    agreed_sealed  bytea       NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    CONSTRAINT entry_codes_pkey PRIMARY KEY (tenant_id, entry_code_id),
    CONSTRAINT entry_codes_source_fkey FOREIGN KEY (tenant_id, source_id, source_version) REFERENCES consent_source_versions
);
CREATE UNIQUE INDEX entry_codes_by_index ON entry_codes (tenant_id, code_index);
CREATE INDEX entry_codes_by_end ON entry_codes (expires_at);
COMMENT ON TABLE entry_codes IS 'What was agreed on a page by somebody of whom no address is known, until a message brings the code. A row goes when the code is used, and when it ends.';
COMMENT ON COLUMN entry_codes.code_index IS 'Blind index of the code: finds, does not tell.';
COMMENT ON COLUMN entry_codes.agreed_sealed IS 'Personal data: what was agreed, with its evidence. Sealed with the tenant''s key. Kept for the hours that the tenant''s terms say, 48 unless said otherwise.';

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['consent_profiles', 'purposes', 'consent_sources', 'consent_source_versions', 'entry_codes'] LOOP
        PERFORM keep_to_tenant(tenant_table::regclass);
        EXECUTE format('GRANT DELETE ON %I TO obhut_worker', tenant_table);
        -- Workers remove codes of living tenants too: those that were used, and those that ended.
        CONTINUE WHEN tenant_table = 'entry_codes';
        -- A worker removes the others' rows as it does those of the tables before (0006, 0010).
        PERFORM keep_until_gone(tenant_table::regclass);
    END LOOP;
END
$policies$;

-- Codes that ended are removed by the workers, whosever they are; without the tenant's key none of them says anything.
CREATE POLICY expired ON entry_codes FOR ALL TO obhut_worker USING (expires_at < now());

-- Versions are only added; of a purpose only its end is written later.
GRANT SELECT, INSERT ON consent_profiles, purposes, consent_source_versions, entry_codes TO obhut_app, obhut_worker;
GRANT UPDATE (retired_at) ON purposes TO obhut_app;
GRANT SELECT, INSERT, UPDATE ON consent_sources TO obhut_app, obhut_worker;
