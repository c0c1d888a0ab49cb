-- What the retry schedule counts. Waiting for a rate, a stopped channel or a suspended tenant is no failure of the message.

ALTER TABLE queue_jobs
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN unclear  integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN queue_jobs.attempts IS 'How often the messenger was asked, whatever it answered.';
COMMENT ON COLUMN queue_jobs.failures IS 'Attempts that failed and may be repeated; the retry schedule goes by these.';
COMMENT ON COLUMN queue_jobs.unclear IS 'Attempts of which nobody knows whether the messenger took them; after a few the message is set aside.';

-- Expired idempotency keys are removed by the workers, whosever they are; none of them says anything about a person.
CREATE POLICY expired ON idempotency_keys FOR ALL TO obhut_worker USING (created_at < now() - interval '48 hours');
GRANT DELETE ON idempotency_keys TO obhut_worker;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- What lets a region be recognised by its key: a random value, wrapped. A key store that cannot open it is not this region's.
CREATE TABLE key_checks (
    kek_id     text        NOT NULL CONSTRAINT key_checks_pkey PRIMARY KEY,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE key_checks IS 'A random value wrapped by each key-encryption key that this shard was ever opened with. No personal data.';
GRANT SELECT, INSERT ON key_checks TO obhut_app;
