-- Keys that can be replaced, kept to addresses, and changed by two people without one undoing the other; requests that may be repeated.

ALTER TABLE api_keys
    ADD COLUMN allowed_addresses text[] NOT NULL DEFAULT '{}'
        CONSTRAINT api_keys_allowed_addresses_count CHECK (cardinality(allowed_addresses) <= 50),
    ADD COLUMN replaces   uuid,
    ADD COLUMN revision   bigint      NOT NULL DEFAULT 1,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT api_keys_replaces_fkey FOREIGN KEY (tenant_id, replaces) REFERENCES api_keys,
    ADD CONSTRAINT api_keys_replaced_once UNIQUE (tenant_id, replaces);
COMMENT ON COLUMN api_keys.allowed_addresses IS 'From where the key may be used, as CIDR; empty for from anywhere. Addresses of the tenant''s servers.';
COMMENT ON COLUMN api_keys.replaces IS 'The key that this one was issued for in its place; that one has an end.';
COMMENT ON COLUMN api_keys.revision IS 'Grows with every change that staff make; last_used_at is none.';

CREATE TABLE idempotent_requests (
    principal     text        NOT NULL CONSTRAINT idempotent_requests_principal_length CHECK (char_length(principal) BETWEEN 1 AND 100),
    route         text        NOT NULL,
    key_hash      bytea       NOT NULL CONSTRAINT idempotent_requests_key_hash_length CHECK (octet_length(key_hash) = 32),
    request_hash  bytea       NOT NULL CONSTRAINT idempotent_requests_request_hash_length CHECK (octet_length(request_hash) = 32),
    claim_id      uuid        NOT NULL CONSTRAINT idempotent_requests_claim_key UNIQUE,
    lease_until   timestamptz NOT NULL,
    answer_sealed bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotent_requests_pkey PRIMARY KEY (principal, route, key_hash)
);
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);
COMMENT ON TABLE idempotent_requests IS 'Requests to the admin API with an Idempotency-Key, and their first answer: so that a repeated one makes nothing twice. Removed after 48 hours.';
COMMENT ON COLUMN idempotent_requests.principal IS 'Kind and id of who asked: a member of staff, by id alone.';
COMMENT ON COLUMN idempotent_requests.key_hash IS 'MAC of the caller''s key under a key that no database holds: it may be something that can be guessed.';
COMMENT ON COLUMN idempotent_requests.answer_sealed IS 'The answer as it went out, sealed with the control plane''s key: it may hold a token that is shown once. NULL while the request is under way.';

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotent_requests TO obhut_control;
