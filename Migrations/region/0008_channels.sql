-- How far a channel is joined to its messenger, when its secrets were changed, and how it was when somebody last looked.

-- Whoever is there already was joined by hand.
ALTER TABLE channels
    ADD COLUMN joined_at       timestamptz DEFAULT now(),
    ADD COLUMN secrets_changed jsonb NOT NULL DEFAULT '{}';
ALTER TABLE channels ALTER COLUMN joined_at DROP DEFAULT;
COMMENT ON COLUMN channels.joined_at IS 'When the messenger was told of us. NULL while that is not finished, and after disconnecting.';
COMMENT ON COLUMN channels.secrets_changed IS 'When each secret was last given, by its path. The secrets themselves are in configuration_sealed and in the control plane.';

CREATE TABLE channel_health (
    tenant_id  uuid        NOT NULL,
    channel_id uuid        NOT NULL,
    asked_at   timestamptz NOT NULL,
    checked_at timestamptz,
    findings   jsonb       NOT NULL DEFAULT '[]',
    CONSTRAINT channel_health_pkey PRIMARY KEY (tenant_id, channel_id),
    CONSTRAINT channel_health_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels ON DELETE CASCADE
);
COMMENT ON TABLE channel_health IS 'What the messenger last said of each channel. The number and the name in it are the tenant''s own; no data of contacts.';
COMMENT ON COLUMN channel_health.asked_at IS 'When somebody last went to look, so that of several workers one does.';

ALTER TABLE channel_health ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_health FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON channel_health FOR ALL TO obhut_app, obhut_worker
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- A worker removes a tenant's rows as it does those of the tables before (0006): when the tenant is terminated.
CREATE POLICY erased_when_terminated ON channel_health AS RESTRICTIVE FOR DELETE TO obhut_worker
    USING ((SELECT s.tenant_state FROM tenant_standing s
            WHERE s.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) = 'terminated');
GRANT SELECT, INSERT, UPDATE ON channel_health TO obhut_app, obhut_worker;
GRANT DELETE ON channel_health TO obhut_worker;
