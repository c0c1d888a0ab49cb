-- A version of a purpose can ask everybody anew: what was agreed to before it no longer holds (EDPB Guidelines 05/2020, 110).
ALTER TABLE consents ADD COLUMN agreed_at timestamptz;
COMMENT ON COLUMN consents.agreed_at IS 'Of a consent: when the person agreed; a confirmation comes later. NULL where there is none.';
-- Nobody sees all of them while row-level security holds the owner too.
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
UPDATE consents SET agreed_at = since WHERE state IN ('granted', 'confirmed');
ALTER TABLE consents FORCE ROW LEVEL SECURITY;

CREATE INDEX purposes_renewing ON purposes (tenant_id, purpose, created_at) WHERE definition @> '{"renews_consent": true}';

-- The housekeeper writes down that consents were superseded; from the renewal on they are, whether or not it has come to them.
CREATE VIEW effective_consents WITH (security_invoker = true) AS
SELECT c.tenant_id, c.contact_id, c.channel_id, c.purpose,
       CASE WHEN r.renewed_at IS NULL THEN c.state ELSE 'superseded' END AS state, coalesce(r.renewed_at, c.since) AS since,
       CASE WHEN r.renewed_at IS NULL THEN c.expires_at END AS expires_at, c.proof, c.is_explicit, c.age_confirmed,
       r.renewed_at
FROM consents c
LEFT JOIN LATERAL (
    SELECT max(p.created_at) AS renewed_at
    FROM purposes p
    WHERE p.tenant_id = c.tenant_id AND p.purpose = c.purpose AND p.definition @> '{"renews_consent": true}'
      AND p.created_at > coalesce(c.agreed_at, '-infinity') AND c.state IN ('granted', 'confirmed')
      AND (c.expires_at IS NULL OR c.expires_at > p.created_at)) r ON true;
COMMENT ON VIEW effective_consents IS 'Consents as they hold now: of the terms that were renewed since, superseded.';
COMMENT ON COLUMN effective_consents.renewed_at IS 'Of a consent that was superseded and of which nobody has written so down yet: when.';
GRANT SELECT ON effective_consents TO obhut_app, obhut_worker;
