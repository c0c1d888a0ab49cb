-- Consent events are a chain: each holds the hash of the one before it, so that what was changed, taken out or put in shows. How far the
-- chain has come stands in consent_chains, and daily in the tenant's audit chain. What is hashed: Docs/consent.md, "Ledger".

CREATE TABLE consent_chains (
    tenant_id    uuid        NOT NULL CONSTRAINT consent_chains_pkey PRIMARY KEY
                             CONSTRAINT consent_chains_tenant_fkey REFERENCES tenant_standing,
    length       bigint      NOT NULL CONSTRAINT consent_chains_length_positive CHECK (length >= 0),
    head         bytea       NOT NULL CONSTRAINT consent_chains_head_is_hash CHECK (octet_length(head) = 32),
    noted_length bigint      NOT NULL DEFAULT 0,
    noted_at     timestamptz,
    CONSTRAINT consent_chains_noted_is_there CHECK (noted_length <= length)
);
COMMENT ON TABLE consent_chains IS 'How many consent events a tenant has and the hash of the last; kept by a trigger on consent_events. No personal data.';
COMMENT ON COLUMN consent_chains.noted_length IS 'The length that was last entered into the tenant''s audit chain, with that head.';

ALTER TABLE consent_events
    ADD COLUMN seq            bigint,
    ADD COLUMN previous_hash  bytea,
    ADD COLUMN hash           bytea,
    ADD COLUMN evidence_hash  bytea,
    ADD COLUMN source_id      uuid,
    ADD COLUMN evidence_until timestamptz,
    ADD COLUMN proof          text CONSTRAINT consent_events_proof_known CHECK (proof IN ('asserted', 'documented', 'witnessed')),
    ADD COLUMN is_explicit    boolean NOT NULL DEFAULT false,
    ADD COLUMN age_confirmed  smallint CONSTRAINT consent_events_age_is_age CHECK (age_confirmed BETWEEN 1 AND 150);

-- What the gate asks of a consent beside its state.
ALTER TABLE consents
    ADD COLUMN proof          text CONSTRAINT consents_proof_known CHECK (proof IN ('asserted', 'documented', 'witnessed')),
    ADD COLUMN is_explicit    boolean NOT NULL DEFAULT false,
    ADD COLUMN age_confirmed  smallint CONSTRAINT consents_age_is_age CHECK (age_confirmed BETWEEN 1 AND 150);
COMMENT ON COLUMN consents.proof IS 'As of the event by which it stands: see consent_events.proof.';
COMMENT ON COLUMN consents.age_confirmed IS 'As of the event by which it stands. Personal data, in the clear: the gate asks for it.';

-- A field as it is hashed: its length in bytes, a colon, its text; a hyphen where there is none. So no two records share a text.
CREATE FUNCTION consent_field(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $function$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8'))::text || ':' || value, '-') || E'\n'
$function$;

-- A moment in microseconds since 1970, whatever the session's time zone.
CREATE FUNCTION consent_moment(value timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $function$
    SELECT ((extract(epoch FROM value) * 1000000)::bigint)::text
$function$;

CREATE FUNCTION consent_event_hash(event consent_events) RETURNS bytea LANGUAGE sql IMMUTABLE AS $function$
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
            || consent_field(event.age_confirmed::text), 'UTF8'))
$function$;

-- An event's place, its hashes and the new head. One that comes without evidence fails for want of its hash.
CREATE FUNCTION chain_consent_event() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    chain consent_chains;
BEGIN
    INSERT INTO consent_chains (tenant_id, length, head)
    VALUES (NEW.tenant_id, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (tenant_id) DO NOTHING;
    SELECT * INTO STRICT chain FROM consent_chains WHERE tenant_id = NEW.tenant_id FOR UPDATE;
    NEW.seq := chain.length + 1;
    NEW.previous_hash := chain.head;
    NEW.evidence_hash := sha256(NEW.evidence_sealed);
    NEW.hash := consent_event_hash(NEW);
    UPDATE consent_chains SET length = NEW.seq, head = NEW.hash WHERE tenant_id = NEW.tenant_id;
    RETURN NEW;
END
$function$;

-- The head moves with events alone: inside the trigger above. What brings a tenant here whole may bring its head.
CREATE FUNCTION keep_consent_chain() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF pg_trigger_depth() < 2
        AND (TG_OP = 'UPDATE' AND (NEW.length, NEW.head) IS DISTINCT FROM (OLD.length, OLD.head)
             OR TG_OP = 'INSERT' AND NEW.length > 0 AND current_user = 'obhut_app') THEN
        RAISE EXCEPTION 'the head of a consent chain moves with its events alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$function$;
-- Evidence is destroyed when its time is over, and nothing else ever changes: whoever asks, the owner and superusers too.
CREATE FUNCTION keep_consent_event() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    kept consent_events := NEW;
BEGIN
    kept.evidence_sealed := OLD.evidence_sealed;
    IF kept IS DISTINCT FROM OLD OR NEW.evidence_sealed IS NOT NULL OR OLD.evidence_sealed IS NULL
        OR coalesce(OLD.evidence_until > now(), true) THEN
        RAISE EXCEPTION 'a consent event does not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$function$;

-- The events there are already, in the order in which they were recorded. Nobody sees all of them while row-level security holds the
-- owner too.
ALTER TABLE consent_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consents NO FORCE ROW LEVEL SECURITY;
DO $chains$
DECLARE
    event consent_events;
    last consent_chains;
BEGIN
    FOR event IN SELECT * FROM consent_events ORDER BY tenant_id, recorded_at, consent_event_id LOOP
        IF event.tenant_id IS DISTINCT FROM last.tenant_id THEN
            last := ROW (event.tenant_id, 0, decode(repeat('00', 32), 'hex'), 0, NULL)::consent_chains;
        END IF;
        event.seq := last.length + 1;
        event.previous_hash := last.head;
        event.evidence_hash := sha256(event.evidence_sealed);
        event.evidence_until := greatest(event.recorded_at, event.expires_at) + interval '5 years';
        -- Until now the source was always a declaration, which had to give the text.
        event.proof := CASE WHEN event.kind IN ('granted', 'confirmed') THEN 'documented' END;
        event.hash := consent_event_hash(event);
        UPDATE consent_events
        SET seq = event.seq, previous_hash = event.previous_hash, evidence_hash = event.evidence_hash,
            evidence_until = event.evidence_until, proof = event.proof, hash = event.hash
        WHERE tenant_id = event.tenant_id AND consent_event_id = event.consent_event_id;
        last.length := event.seq;
        last.head := event.hash;
        INSERT INTO consent_chains (tenant_id, length, head) VALUES (last.tenant_id, last.length, last.head)
        ON CONFLICT (tenant_id) DO UPDATE SET length = excluded.length, head = excluded.head;
    END LOOP;
    UPDATE consents SET proof = 'documented' WHERE state IN ('granted', 'confirmed');
END
$chains$;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
ALTER TABLE consent_events FORCE ROW LEVEL SECURITY;

ALTER TABLE consent_events
    ALTER COLUMN seq SET NOT NULL,
    ALTER COLUMN previous_hash SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ALTER COLUMN evidence_hash SET NOT NULL,
    ALTER COLUMN evidence_until SET NOT NULL,
    ALTER COLUMN evidence_sealed DROP NOT NULL;
CREATE UNIQUE INDEX consent_events_by_seq ON consent_events (tenant_id, seq);
CREATE INDEX consent_events_evidence_due ON consent_events (tenant_id, evidence_until) WHERE evidence_sealed IS NOT NULL;
CREATE INDEX consents_ending ON consents (tenant_id, expires_at) WHERE state IN ('granted', 'confirmed') AND expires_at IS NOT NULL;
COMMENT ON COLUMN consent_events.seq IS 'Its place in the tenant''s chain, from 1. One that brings its own, as a tenant''s move does, is taken as it is.';
COMMENT ON COLUMN consent_events.hash IS 'SHA-256 over previous_hash and the event''s fields.';
COMMENT ON COLUMN consent_events.evidence_hash IS 'SHA-256 of evidence_sealed; stays when that is destroyed, so that the chain still verifies. Tells nothing of what was sealed.';
COMMENT ON COLUMN consent_events.source_id IS 'The set-up of the consent source, when it was one.';
COMMENT ON COLUMN consent_events.evidence_until IS 'Before this moment nobody can destroy the evidence; afterwards it goes once the consent has ended and its last use is as old.';

COMMENT ON COLUMN consent_events.proof IS 'What shows that the person agreed: nothing but the tenant''s word (asserted), what the tenant says was agreed to and how (documented), or a consent source saw it (witnessed). NULL for what is no agreement.';
COMMENT ON COLUMN consent_events.is_explicit IS 'Whether the person agreed expressly to this purpose by itself (Art. 9(2)(a) GDPR).';
COMMENT ON COLUMN consent_events.age_confirmed IS 'The age that the person said to have reached, in years; NULL when nobody asked. Personal data, in the clear: the gate asks for it.';

CREATE TRIGGER chains_consent_event BEFORE INSERT ON consent_events
    FOR EACH ROW WHEN (NEW.seq IS NULL) EXECUTE FUNCTION chain_consent_event();
CREATE TRIGGER keeps_consent_chain BEFORE INSERT OR UPDATE ON consent_chains
    FOR EACH ROW EXECUTE FUNCTION keep_consent_chain();
CREATE TRIGGER keeps_consent_event BEFORE UPDATE ON consent_events
    FOR EACH ROW EXECUTE FUNCTION keep_consent_event();

-- An event's place and hashes are the trigger's. Only what brings a tenant here whole may give its own.
REVOKE INSERT ON consent_events FROM obhut_app;
GRANT INSERT (tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source, source_id, evidence_sealed, evidence_until,
              occurred_at, expires_at, recorded_by, proof, is_explicit, age_confirmed) ON consent_events TO obhut_app;
GRANT UPDATE (evidence_sealed) ON consent_events TO obhut_worker;

SELECT keep_to_tenant('consent_chains'), keep_until_gone('consent_chains');
-- A worker looks whose consents there are to keep; a chain says nothing about a person.
CREATE POLICY reads_across_tenants ON consent_chains FOR SELECT TO obhut_worker USING (true);
GRANT SELECT, INSERT, UPDATE ON consent_chains TO obhut_app, obhut_worker;
GRANT DELETE ON consent_chains TO obhut_worker;

-- A person at whose request nothing is done with their data but keeping it (Art. 18 GDPR).
ALTER TABLE contacts ADD COLUMN restricted_at timestamptz;
COMMENT ON COLUMN contacts.restricted_at IS 'Since when processing is restricted (Art. 18 GDPR); NULL while it is not.';

-- Whether a purpose is about special categories of data (Art. 9 GDPR). The word `health` always is, also where no terms define it.
CREATE FUNCTION is_special_category(tenant uuid, word text) RETURNS boolean LANGUAGE sql STABLE AS $function$
    SELECT coalesce(word = 'health', false) OR coalesce(
        (SELECT (p.definition ->> 'special_category')::boolean
         FROM purposes p
         WHERE p.tenant_id = tenant AND p.purpose = word
         ORDER BY p.version DESC
         LIMIT 1), false)
$function$;

-- Content of special categories is marked, so that reading it can be entered into the audit trail.
ALTER TABLE messages ADD COLUMN special_category boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN messages.special_category IS 'Whether the content is or may be of a special category (Art. 9 GDPR): sent for such a purpose, or received from a person who agreed to one.';

-- However a message comes here: sent, received, released from quarantine. One that is marked stays so.
CREATE FUNCTION mark_special_category() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    -- What is copied with a tenant that moves here stays as it was.
    IF is_being_copied(NEW.tenant_id) THEN
        RETURN NEW;
    END IF;
    IF NEW.direction = 'outbound' THEN
        NEW.special_category := is_special_category(NEW.tenant_id, NEW.purpose);
    ELSE
        NEW.special_category := EXISTS (
            SELECT FROM consents c
            WHERE c.tenant_id = NEW.tenant_id AND c.contact_id = NEW.contact_id AND c.channel_id = NEW.channel_id
              AND c.state IN ('granted', 'confirmed') AND is_special_category(c.tenant_id, c.purpose));
    END IF;
    RETURN NEW;
END
$function$;
CREATE TRIGGER marks_special_category BEFORE INSERT ON messages
    FOR EACH ROW WHEN (NOT NEW.special_category) EXECUTE FUNCTION mark_special_category();
