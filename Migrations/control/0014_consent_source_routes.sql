-- Where the public address of a set-up leads.

CREATE TABLE consent_source_routes (
    source_id  uuid        NOT NULL CONSTRAINT consent_source_routes_pkey PRIMARY KEY,
    tenant_id  uuid        NOT NULL CONSTRAINT consent_source_routes_tenant_fkey REFERENCES tenants,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX consent_source_routes_by_tenant ON consent_source_routes (tenant_id);
COMMENT ON TABLE consent_source_routes IS 'Set-ups of consent sources, by the id in their public address, to their tenants. No personal data.';

ALTER TABLE consent_source_routes ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_source_routes FORCE ROW LEVEL SECURITY;
CREATE POLICY control_plane ON consent_source_routes FOR ALL TO obhut_control USING (true) WITH CHECK (true);
CREATE POLICY own_tenant ON consent_source_routes FOR SELECT TO obhut_app
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON consent_source_routes TO obhut_control;
