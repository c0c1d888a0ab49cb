-- Who did what, and the people who may do it.

CREATE TABLE staff (
    staff_id     uuid        NOT NULL CONSTRAINT staff_pkey PRIMARY KEY,
    email        text        NOT NULL CONSTRAINT staff_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+$' AND char_length(email) <= 254),
    display_name text        NOT NULL CONSTRAINT staff_display_name_length CHECK (char_length(display_name) BETWEEN 1 AND 200),
    roles        text[]      NOT NULL CONSTRAINT staff_roles_known
                             CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['owner', 'onboarding', 'operations', 'support', 'auditor']),
    state        text        NOT NULL CONSTRAINT staff_state_known CHECK (state IN ('active', 'disabled')),
    language     text        NOT NULL DEFAULT 'de' CONSTRAINT staff_language_known CHECK (language IN ('de', 'en')),
    revision     bigint      NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX staff_email_key ON staff (lower(email));
COMMENT ON TABLE staff IS 'The provider''s people who may call the admin API and the console, with their roles. Personal data of employees.';
COMMENT ON COLUMN staff.email IS 'Personal data: business address, by which a member signs in. Kept as long as the account.';
COMMENT ON COLUMN staff.display_name IS 'Personal data: how colleagues see the member. Kept as long as the account.';

ALTER TABLE admin_tokens ADD COLUMN staff_id uuid CONSTRAINT admin_tokens_staff_fkey REFERENCES staff;
COMMENT ON COLUMN admin_tokens.staff_id IS 'Whose token it is: it may do what that member may. A token without a member, from before there were any, opens nothing.';

CREATE TABLE audit_heads (
    chain      text        NOT NULL CONSTRAINT audit_heads_pkey PRIMARY KEY,
    sequence   bigint      NOT NULL CONSTRAINT audit_heads_sequence_counts CHECK (sequence >= 0),
    hash       bytea       NOT NULL CONSTRAINT audit_heads_hash_length CHECK (octet_length(hash) = 32),
    mac        bytea       NOT NULL CONSTRAINT audit_heads_mac_length CHECK (octet_length(mac) IN (0, 32)),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_heads_chain_known CHECK (chain = 'control' OR chain ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$')
);
COMMENT ON TABLE audit_heads IS 'The last entry of each audit chain, with a MAC under a key that no database holds: whoever cuts off a chain''s end cannot make the head fit. No personal data.';

CREATE TABLE audit_entries (
    chain         text   NOT NULL CONSTRAINT audit_entries_chain_fkey REFERENCES audit_heads,
    sequence      bigint NOT NULL CONSTRAINT audit_entries_sequence_counts CHECK (sequence > 0),
    previous_hash bytea  NOT NULL CONSTRAINT audit_entries_previous_hash_length CHECK (octet_length(previous_hash) = 32),
    hash          bytea  NOT NULL CONSTRAINT audit_entries_hash_length CHECK (octet_length(hash) = 32),
    entry         text   NOT NULL CONSTRAINT audit_entries_entry_length CHECK (octet_length(entry) <= 262144),
    occurred_at   text   GENERATED ALWAYS AS ((entry::jsonb) ->> 'at') STORED,
    action        text   GENERATED ALWAYS AS ((entry::jsonb) ->> 'action') STORED,
    outcome       text   GENERATED ALWAYS AS ((entry::jsonb) ->> 'outcome') STORED,
    principal_id  text   GENERATED ALWAYS AS ((entry::jsonb) #>> '{principal,id}') STORED,
    subject_id    text   GENERATED ALWAYS AS ((entry::jsonb) #>> '{subject,id}') STORED,
    CONSTRAINT audit_entries_pkey PRIMARY KEY (chain, sequence)
);
CREATE INDEX audit_entries_by_action ON audit_entries (chain, action, sequence);
CREATE INDEX audit_entries_by_principal ON audit_entries (principal_id, chain, sequence);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, chain, sequence);
COMMENT ON TABLE audit_entries IS 'The audit trail: who changed or was refused what, when and why. One chain for the control plane and one a tenant; each entry''s hash covers the one before. People stand in it by id alone. Never changed, never deleted.';
COMMENT ON COLUMN audit_entries.entry IS 'The entry as JSON text, exactly the bytes that are hashed: SHA-256 of "obhut/audit/1", a line feed, previous_hash and these bytes.';

CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay();

GRANT SELECT, INSERT, UPDATE ON staff, audit_heads TO obhut_control;
GRANT SELECT, INSERT ON audit_entries TO obhut_control, obhut_audit;
GRANT SELECT ON audit_heads TO obhut_audit;
GRANT USAGE ON SCHEMA public TO obhut_audit;
