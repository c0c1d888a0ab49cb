-- What an auditor holds against the trail: the heads of all chains, sealed day by day with the provider's certificate.

CREATE TABLE audit_seals (
    seal_number    bigint      NOT NULL CONSTRAINT audit_seals_pkey PRIMARY KEY
                               CONSTRAINT audit_seals_number_counts CHECK (seal_number > 0),
    sealed_day     date        CONSTRAINT audit_seals_one_a_day UNIQUE,
    sealed_at      timestamptz NOT NULL,
    document       text        NOT NULL,
    seal           bytea       NOT NULL,
    certificate    text        NOT NULL,
    is_self_signed boolean     NOT NULL,
    is_timestamped boolean     NOT NULL
);
CREATE INDEX audit_seals_by_time ON audit_seals (sealed_at);
COMMENT ON TABLE audit_seals IS 'Seals over the heads of all audit chains, one a day and whenever somebody asked for one; each document holds the SHA-256 of the one before. Never changed, never deleted. No personal data.';
COMMENT ON COLUMN audit_seals.sealed_day IS 'The day (UTC) at whose end the heads stood so; NULL for a seal that somebody asked for.';
COMMENT ON COLUMN audit_seals.document IS 'The heads as JSON text, exactly the bytes that are sealed.';
COMMENT ON COLUMN audit_seals.seal IS 'Detached CMS signature over the document, DER; with a timestamp (RFC 3161) within when is_timestamped.';
COMMENT ON COLUMN audit_seals.certificate IS 'The signer''s certificate as PEM. The control chain''s entry of the seal holds its fingerprint.';

CREATE FUNCTION audit_seals_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'seals of the audit trail are only ever added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_seals_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_seals_stay();

-- Reading by time: export since a day, and the heads as they stood at a day's end.
CREATE INDEX audit_entries_by_time ON audit_entries (chain, occurred_at, sequence);

GRANT SELECT, INSERT ON audit_seals TO obhut_control;
GRANT SELECT ON audit_seals TO obhut_audit;
