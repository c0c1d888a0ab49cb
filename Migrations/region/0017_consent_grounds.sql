-- What a consent stands on, whatever comes later: whether a declaration says where the act can be looked up, which it must after the person
-- themself said no.
ALTER TABLE consent_events ADD COLUMN has_reference boolean;
COMMENT ON COLUMN consent_events.has_reference IS 'Of an agreement: whether its evidence names a reference where the act can be looked up. NULL for what is no agreement, and for events from before this was noted, which count as without.';
GRANT INSERT (has_reference) ON consent_events TO obhut_app;

-- Hashed with the rest where it is noted, so that the hashes of all earlier events stay what they are.
CREATE OR REPLACE FUNCTION consent_event_hash(event consent_events) RETURNS bytea LANGUAGE sql IMMUTABLE AS $function$
    SELECT sha256(
        convert_to(E'obhut/consent/1\n', 'UTF8') || event.previous_hash
        || convert_to(
            consent_field(event.tenant_id::text) || consent_field(event.seq::text)
            || consent_field(event.consent_event_id::text) || consent_field(event.contact_id::text)
            || consent_field(event.channel_id::text) || consent_field(event.purpose) || consent_field(event.kind)
            || consent_field(event.source) || consent_field(event.source_id::text)
            || consent_field(encode(event.evidence_hash, 'hex')) || consent_field(consent_moment(event.occurred_at))
            || consent_field(consent_moment(event.expires_at)) || consent_field(consent_moment(event.evidence_until))
            || consent_field(consent_moment(event.recorded_at)) || consent_field(event.recorded_by::text)
            || consent_field(event.proof) || consent_field(event.is_explicit::text)
            || consent_field(event.age_confirmed::text)
            || CASE WHEN event.has_reference IS NULL THEN '' ELSE consent_field(event.has_reference::text) END, 'UTF8'))
$function$;

ALTER TABLE consent_imports ADD COLUMN after_withdrawal integer NOT NULL DEFAULT 0;

-- What a contact that was merged had agreed to is derived for the one that goes on; rows of its own that were left would be expired for ever.
-- Nobody sees all of them while row-level security holds the owner too.
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
DELETE FROM consents c
USING contacts merged
WHERE merged.tenant_id = c.tenant_id AND merged.contact_id = c.contact_id AND merged.merged_into IS NOT NULL;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
