-- What is dangerous is asked for by one member of staff and decided by another; and how staff sign in to the console.

CREATE TABLE approvals (
    approval_id     uuid        NOT NULL CONSTRAINT approvals_pkey PRIMARY KEY,
    action          text        NOT NULL CONSTRAINT approvals_action_known
                                CHECK (action IN ('end_agreement', 'change_region', 'terminate_tenant', 'erase_tenant', 'move_channel')),
    subject_kind    text        NOT NULL CONSTRAINT approvals_subject_kind_length CHECK (char_length(subject_kind) BETWEEN 1 AND 64),
    subject_id      text        NOT NULL CONSTRAINT approvals_subject_id_length CHECK (char_length(subject_id) BETWEEN 1 AND 200),
    about_tenant    uuid        CONSTRAINT approvals_about_tenant_fkey REFERENCES tenants,
    payload         jsonb       NOT NULL CONSTRAINT approvals_payload_is_object CHECK (jsonb_typeof(payload) = 'object'),
    reason          text        NOT NULL CONSTRAINT approvals_reason_length CHECK (char_length(reason) BETWEEN 1 AND 1000),
    state           text        NOT NULL CONSTRAINT approvals_state_known
                                CHECK (state IN ('asked', 'approved', 'declined', 'expired', 'withdrawn', 'carried_out', 'failed')),
    asked_by        uuid        NOT NULL CONSTRAINT approvals_asked_by_fkey REFERENCES staff,
    asked_at        timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    decided_by      uuid        CONSTRAINT approvals_decided_by_fkey REFERENCES staff,
    decided_at      timestamptz,
    decision_reason text        CONSTRAINT approvals_decision_reason_length CHECK (char_length(decision_reason) BETWEEN 1 AND 1000),
    ended_at        timestamptz,
    failure         text        CONSTRAINT approvals_failure_length CHECK (char_length(failure) BETWEEN 1 AND 1000),
    CONSTRAINT approvals_four_eyes CHECK (decided_by <> asked_by),
    CONSTRAINT approvals_decided_by_somebody CHECK (
        (decided_by IS NOT NULL AND decided_at IS NOT NULL) = (state IN ('approved', 'declined', 'carried_out', 'failed'))),
    CONSTRAINT approvals_ended_at_the_end CHECK ((ended_at IS NULL) = (state IN ('asked', 'approved'))),
    CONSTRAINT approvals_failure_of_failed CHECK ((failure IS NULL) = (state <> 'failed'))
);
CREATE UNIQUE INDEX approvals_one_open ON approvals (action, subject_kind, subject_id) WHERE state IN ('asked', 'approved');
CREATE INDEX approvals_by_state ON approvals (state, approval_id);
COMMENT ON TABLE approvals IS 'What was asked for and needs a second member of staff: by whom, why, what was decided and what became of it. People stand in it by id alone.';
COMMENT ON COLUMN approvals.about_tenant IS 'The tenant in whose audit chain asking and deciding are entered too; NULL for what concerns none.';
COMMENT ON COLUMN approvals.payload IS 'What the action needs to be carried out. No personal data.';

ALTER TABLE admin_tokens ADD COLUMN last_used_at timestamptz;
COMMENT ON COLUMN admin_tokens.last_used_at IS 'When it last opened something, to the minute.';

CREATE TABLE staff_passwords (
    staff_id   uuid        NOT NULL CONSTRAINT staff_passwords_pkey PRIMARY KEY CONSTRAINT staff_passwords_staff_fkey REFERENCES staff,
    hash       text        NOT NULL CONSTRAINT staff_passwords_hash_form CHECK (hash ~ '^\$scrypt\$ln=[0-9]+,r=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$'),
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE staff_passwords IS 'Passwords of staff who sign in without another identity provider: scrypt with the cost it was made at and a salt of its own. Never the password.';

CREATE TABLE staff_authenticators (
    staff_id      uuid        NOT NULL CONSTRAINT staff_authenticators_pkey PRIMARY KEY CONSTRAINT staff_authenticators_staff_fkey REFERENCES staff,
    secret_sealed bytea       NOT NULL,
    last_step     bigint      NOT NULL DEFAULT 0,
    confirmed_at  timestamptz
);
COMMENT ON TABLE staff_authenticators IS 'Secrets of one-time codes (RFC 6238), sealed with the control plane''s key. Unconfirmed until a first code was right. No personal data.';
COMMENT ON COLUMN staff_authenticators.last_step IS 'The time step of the last code that was taken: that one and those before it are not taken again.';

CREATE TABLE staff_recovery_codes (
    staff_id  uuid        NOT NULL CONSTRAINT staff_recovery_codes_staff_fkey REFERENCES staff,
    code_hash bytea       NOT NULL CONSTRAINT staff_recovery_codes_hash_length CHECK (octet_length(code_hash) = 32),
    used_at   timestamptz,
    CONSTRAINT staff_recovery_codes_pkey PRIMARY KEY (staff_id, code_hash)
);
COMMENT ON TABLE staff_recovery_codes IS 'Codes that stand in for a lost authenticator, each once: SHA-256 of 100 random bits, never the code. No personal data.';

CREATE TABLE staff_identities (
    issuer    text        NOT NULL CONSTRAINT staff_identities_issuer_length CHECK (char_length(issuer) BETWEEN 1 AND 500),
    subject   text        NOT NULL CONSTRAINT staff_identities_subject_length CHECK (char_length(subject) BETWEEN 1 AND 255),
    staff_id  uuid        NOT NULL CONSTRAINT staff_identities_staff_fkey REFERENCES staff,
    linked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staff_identities_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX staff_identities_by_staff ON staff_identities (staff_id);
COMMENT ON TABLE staff_identities IS 'Who a member of staff is at an OpenID Connect provider. Personal data of employees (a pseudonymous id).';
COMMENT ON COLUMN staff_identities.subject IS 'Personal data: the provider''s id of the person. Kept as long as the account.';

CREATE TABLE staff_sessions (
    session_id     uuid        NOT NULL CONSTRAINT staff_sessions_pkey PRIMARY KEY,
    token_hash     bytea       NOT NULL CONSTRAINT staff_sessions_token_hash_key UNIQUE
                               CONSTRAINT staff_sessions_token_hash_length CHECK (octet_length(token_hash) = 32),
    staff_id       uuid        NOT NULL CONSTRAINT staff_sessions_staff_fkey REFERENCES staff,
    staff_revision bigint      NOT NULL,
    method         text        NOT NULL CONSTRAINT staff_sessions_method_known CHECK (method IN ('password', 'oidc', 'set_up')),
    agent          text        CONSTRAINT staff_sessions_agent_length CHECK (char_length(agent) <= 200),
    started_at     timestamptz NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    ended_at       timestamptz
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id, session_id);
COMMENT ON TABLE staff_sessions IS 'Sessions of staff in the console: SHA-256 of 256 random bits, never what the browser holds. Personal data of employees; removed 30 days after the end.';
COMMENT ON COLUMN staff_sessions.agent IS 'Personal data: what the browser calls itself, by which a member recognises a session.';
COMMENT ON COLUMN staff_sessions.staff_revision IS 'The member''s revision when the session was begun or renewed: with other rights it opens nothing until it is renewed.';

CREATE TABLE staff_devices (
    device_hash  bytea       NOT NULL CONSTRAINT staff_devices_hash_length CHECK (octet_length(device_hash) = 32),
    staff_id     uuid        NOT NULL CONSTRAINT staff_devices_staff_fkey REFERENCES staff,
    last_seen_at timestamptz NOT NULL,
    CONSTRAINT staff_devices_pkey PRIMARY KEY (staff_id, device_hash)
);
COMMENT ON TABLE staff_devices IS 'Browsers in which a member signed in before: failed attempts of others do not lock them. SHA-256 of 256 random bits. Removed after 180 days without use.';

CREATE TABLE sign_in_failures (
    kind          text        NOT NULL CONSTRAINT sign_in_failures_kind_known CHECK (kind IN ('account', 'source', 'device', 'code')),
    key_hash      bytea       NOT NULL CONSTRAINT sign_in_failures_key_hash_length CHECK (octet_length(key_hash) = 32),
    failures      integer     NOT NULL CONSTRAINT sign_in_failures_counts CHECK (failures > 0),
    last_at       timestamptz NOT NULL,
    CONSTRAINT sign_in_failures_pkey PRIMARY KEY (kind, key_hash)
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);
COMMENT ON TABLE sign_in_failures IS 'Failed sign-ins of late, by account, source address and device: keyed hashes, so no address stands here. Forgotten after a day without another.';

CREATE TABLE sign_in_steps (
    token_hash     bytea       NOT NULL CONSTRAINT sign_in_steps_pkey PRIMARY KEY
                               CONSTRAINT sign_in_steps_token_hash_length CHECK (octet_length(token_hash) = 32),
    kind           text        NOT NULL CONSTRAINT sign_in_steps_kind_known CHECK (kind IN ('code', 'oidc', 'first_owner', 'reset')),
    staff_id       uuid        CONSTRAINT sign_in_steps_staff_fkey REFERENCES staff,
    details_sealed bytea,
    expires_at     timestamptz NOT NULL,
    CONSTRAINT sign_in_steps_whose CHECK ((staff_id IS NOT NULL) = (kind IN ('code', 'reset')))
);
CREATE INDEX sign_in_steps_by_end ON sign_in_steps (expires_at);
COMMENT ON TABLE sign_in_steps IS 'Sign-ins under way, and one-time links for the first owner and for a new password: SHA-256 of 256 random bits. Removed when used, or when their minutes are over. No personal data.';
COMMENT ON COLUMN sign_in_steps.details_sealed IS 'What the next step needs (OpenID Connect nonce and verifier), sealed with the control plane''s key.';

GRANT SELECT, INSERT, UPDATE ON approvals TO obhut_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_passwords, staff_authenticators, staff_recovery_codes, staff_identities, staff_sessions,
    staff_devices, sign_in_failures, sign_in_steps TO obhut_control;
