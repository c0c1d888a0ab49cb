-- Secrets that are changed while webhooks are on their way, and numbers that go from one tenant to another.

ALTER TABLE ingress_routes
    ADD COLUMN previous_sealed bytea,
    ADD COLUMN previous_until  timestamptz,
    ADD CONSTRAINT ingress_routes_previous_ends CHECK ((previous_sealed IS NULL) = (previous_until IS NULL));
COMMENT ON COLUMN ingress_routes.previous_sealed IS 'The secrets from before the last change (sealed): what comes in may be checked by them until previous_until.';

ALTER TABLE channel_routes
    ADD COLUMN since             timestamptz,
    ADD COLUMN former_tenant_id  uuid CONSTRAINT channel_routes_former_tenant_fkey REFERENCES tenants,
    ADD COLUMN former_channel_id uuid,
    ADD CONSTRAINT channel_routes_former_whole
        CHECK ((since IS NULL) = (former_tenant_id IS NULL) AND (since IS NULL) = (former_channel_id IS NULL));
COMMENT ON COLUMN channel_routes.since IS 'From when on what happens at the address is tenant_id''s; what happened before is former_tenant_id''s, whenever it arrives.';
