-- The control plane: who the tenants are, where each lives, what comes in for whom. It knows no contact and no message.
-- Roles: obhut_control is the control plane itself (admin API, routing, key look-up); obhut_app may read its own tenant's rows only.

CREATE TABLE regions (
    region_id       text        NOT NULL CONSTRAINT regions_pkey PRIMARY KEY,
    plugin          text        NOT NULL,
    country         text        NOT NULL CONSTRAINT regions_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$'),
    place           text        NOT NULL,
    operator        text        NOT NULL,
    operator_parent text,
    operator_parent_country text,
    first_opened_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE regions IS 'Storage regions that were ever opened. A region recorded here must bring the key it had: a new key is never made for it. No personal data.';

CREATE TABLE tenants (
    tenant_id  uuid        NOT NULL CONSTRAINT tenants_pkey PRIMARY KEY,
    name       text        NOT NULL CONSTRAINT tenants_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    region_id  text        NOT NULL CONSTRAINT tenants_region_fkey REFERENCES regions,
    shard_id   text        NOT NULL,
    state      text        NOT NULL CONSTRAINT tenants_state_known
                           CHECK (state IN ('draft', 'onboarding', 'active', 'suspended', 'terminated', 'erased')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tenants_by_creation ON tenants (created_at, tenant_id);
COMMENT ON TABLE tenants IS 'The provider''s customers (controllers), their state, and the region and shard that hold their data. Business contact data; kept for the contract and statutory retention.';

CREATE TABLE agreements (
    tenant_id        uuid        NOT NULL CONSTRAINT agreements_tenant_fkey REFERENCES tenants,
    agreement_id     uuid        NOT NULL,
    state            text        NOT NULL CONSTRAINT agreements_state_known
                                 CHECK (state IN ('draft', 'offered', 'accepted', 'in_force', 'suspended', 'superseded', 'ended')),
    reference        text        NOT NULL CONSTRAINT agreements_reference_length CHECK (char_length(reference) BETWEEN 1 AND 200),
    signed_on        date        NOT NULL,
    document_sha256  bytea       CONSTRAINT agreements_document_sha256_length CHECK (octet_length(document_sha256) = 32),
    covers_special_category boolean NOT NULL DEFAULT false,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agreements_pkey PRIMARY KEY (tenant_id, agreement_id)
);
CREATE UNIQUE INDEX agreements_one_in_force ON agreements (tenant_id) WHERE state IN ('in_force', 'suspended');
COMMENT ON TABLE agreements IS 'Data-processing agreements (Art. 28(3) GDPR). At most one of a tenant is in force or suspended. No personal data.';

CREATE TABLE control_keys (
    key_id     uuid        NOT NULL CONSTRAINT control_keys_pkey PRIMARY KEY,
    kek_id     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE control_keys IS 'The control plane''s own data key, wrapped by its key-encryption key; seals ingress secrets. No personal data.';

CREATE TABLE ingress_routes (
    ingress_route_id uuid        NOT NULL CONSTRAINT ingress_routes_pkey PRIMARY KEY,
    plugin           text        NOT NULL,
    tenant_id        uuid        CONSTRAINT ingress_routes_tenant_fkey REFERENCES tenants,
    configuration_sealed bytea   NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ingress_routes IS 'URLs that messengers post to, with the secrets that check what comes in (sealed). Without tenant_id it is the provider''s own and may serve several tenants. No personal data.';

CREATE TABLE channel_routes (
    plugin           text        NOT NULL,
    kind             text        NOT NULL CONSTRAINT channel_routes_kind_known CHECK (kind IN ('channel', 'account')),
    address          text        NOT NULL,
    tenant_id        uuid        NOT NULL CONSTRAINT channel_routes_tenant_fkey REFERENCES tenants,
    channel_id       uuid        NOT NULL,
    ingress_route_id uuid        NOT NULL CONSTRAINT channel_routes_ingress_fkey REFERENCES ingress_routes,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT channel_routes_pkey PRIMARY KEY (plugin, kind, address)
);
CREATE INDEX channel_routes_by_tenant ON channel_routes (tenant_id, channel_id);
COMMENT ON TABLE channel_routes IS 'Which tenant a channel (or the account that holds it) belongs to: one in the whole installation, so the key does not begin with the tenant. No personal data.';

CREATE TABLE api_keys (
    tenant_id    uuid        NOT NULL CONSTRAINT api_keys_tenant_fkey REFERENCES tenants,
    api_key_id   uuid        NOT NULL,
    label        text        NOT NULL CONSTRAINT api_keys_label_length CHECK (char_length(label) BETWEEN 1 AND 200),
    prefix       text        NOT NULL,
    token_hash   bytea       NOT NULL CONSTRAINT api_keys_token_hash_length CHECK (octet_length(token_hash) = 32),
    scopes       text[]      NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, api_key_id),
    CONSTRAINT api_keys_token_hash_key UNIQUE (token_hash)
);
COMMENT ON TABLE api_keys IS 'Tenants'' keys for the REST surfaces: SHA-256 of 256 random bits, never the key. The hash alone finds its tenant, so it is unique in the whole installation.';

CREATE TABLE admin_tokens (
    admin_token_id uuid        NOT NULL CONSTRAINT admin_tokens_pkey PRIMARY KEY,
    label          text        NOT NULL,
    prefix         text        NOT NULL,
    token_hash     bytea       NOT NULL CONSTRAINT admin_tokens_token_hash_key UNIQUE
                               CONSTRAINT admin_tokens_token_hash_length CHECK (octet_length(token_hash) = 32),
    created_at     timestamptz NOT NULL DEFAULT now(),
    revoked_at     timestamptz
);
COMMENT ON TABLE admin_tokens IS 'Provider staff''s tokens for the admin API: SHA-256 of 256 random bits, never the token.';

CREATE TABLE unroutable_events (
    plugin           text        NOT NULL,
    ingress_route_id uuid        NOT NULL CONSTRAINT unroutable_events_ingress_fkey REFERENCES ingress_routes ON DELETE CASCADE,
    kind             text        NOT NULL,
    address          text        NOT NULL CONSTRAINT unroutable_events_address_length CHECK (char_length(address) <= 128),
    reason           text        NOT NULL,
    events           bigint      NOT NULL,
    first_at         timestamptz NOT NULL DEFAULT now(),
    last_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT unroutable_events_pkey PRIMARY KEY (plugin, ingress_route_id, kind, address, reason)
);
COMMENT ON TABLE unroutable_events IS 'Counts of verified events for a number that no tenant has (or not on this ingress): number id, reason, count and times. Nothing of the events'' content is kept.';

-- Row-level security. FORCE holds the owner to it too.
DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['tenants', 'agreements', 'ingress_routes', 'channel_routes', 'api_keys'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY control_plane ON %I FOR ALL TO obhut_control USING (true) WITH CHECK (true)', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I FOR SELECT TO obhut_app USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
            tenant_table);
    END LOOP;
END
$policies$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO obhut_control, obhut_app;
GRANT SELECT, INSERT, UPDATE ON regions, tenants, agreements, control_keys, ingress_routes, channel_routes, api_keys, admin_tokens,
    unroutable_events TO obhut_control;
GRANT DELETE ON ingress_routes, channel_routes, unroutable_events TO obhut_control;
GRANT SELECT ON tenants, agreements TO obhut_app;
