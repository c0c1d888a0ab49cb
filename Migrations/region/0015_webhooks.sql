-- What tenants are told by webhook. Facts are noted by the database itself in the transaction that makes them, so that nothing that
-- writes a message can forget it; a note names ids only, and what is told is read when it is told.

CREATE TABLE webhook_endpoints (
    tenant_id      uuid        NOT NULL CONSTRAINT webhook_endpoints_tenant_fkey REFERENCES tenant_standing,
    endpoint_id    uuid        NOT NULL,
    url            text        NOT NULL,
    kinds          text[]      NOT NULL,
    secret_sealed  bytea       NOT NULL,
    previous_secret_sealed bytea,
    previous_until timestamptz,
    state          text        NOT NULL CONSTRAINT webhook_endpoints_state_known CHECK (state IN ('active', 'paused')),
    revision       bigint      NOT NULL DEFAULT 1,
    last_answer    text,
    failing_since  timestamptz,
    delivered_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (tenant_id, endpoint_id),
    CONSTRAINT webhook_endpoints_previous_ends CHECK ((previous_secret_sealed IS NULL) = (previous_until IS NULL))
);
COMMENT ON TABLE webhook_endpoints IS 'Where a tenant wants to be told of what, and how the last attempt went. No personal data: the address is the tenant''s server.';
COMMENT ON COLUMN webhook_endpoints.secret_sealed IS 'With what deliveries are signed; sealed with the tenant''s key.';
COMMENT ON COLUMN webhook_endpoints.previous_secret_sealed IS 'The secret from before the last change: until previous_until deliveries are signed with both.';

CREATE TABLE webhook_events (
    tenant_id        uuid        NOT NULL,
    event_id         uuid        NOT NULL,
    endpoint_id      uuid        NOT NULL,
    kind             text        NOT NULL CONSTRAINT webhook_events_kind_known
                                 CHECK (kind IN ('message.received', 'message.state', 'consent.changed')),
    subject_id       uuid        NOT NULL,
    state            text,
    occurred_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_events_pkey PRIMARY KEY (tenant_id, event_id),
    CONSTRAINT webhook_events_endpoint_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
);
CREATE INDEX webhook_events_by_endpoint ON webhook_events (tenant_id, endpoint_id);
COMMENT ON TABLE webhook_events IS 'What is still to be told to an endpoint: ids of messages and of consent events. Removed when told. No personal data.';

-- One lane a conversation and endpoint: what happens in one conversation is told in order, and an endpoint that fails, or one event it
-- cannot take, holds up nothing else.
CREATE FUNCTION webhook_lane(endpoint uuid, conversation uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $function$ SELECT md5(endpoint::text || conversation::text)::uuid $function$;

CREATE FUNCTION note_webhook_events(
    tenant uuid, event_kind text, subjects uuid[], conversations uuid[], states text[]
) RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    due record;
BEGIN
    -- The lane comes first: its lock gives job ids their order.
    FOR due IN
        SELECT e.endpoint_id, webhook_lane(e.endpoint_id, s.conversation) AS lane_id, s.subject, s.state,
               gen_random_uuid() AS event_id
        FROM webhook_endpoints e
        CROSS JOIN unnest(subjects, conversations, states) WITH ORDINALITY AS s (subject, conversation, state, place)
        WHERE e.tenant_id = tenant AND event_kind = ANY (e.kinds)
        ORDER BY 2, s.place
    LOOP
        INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
        VALUES (tenant, 'webhook', due.lane_id, 1, now())
        ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + 1;
        INSERT INTO webhook_events (tenant_id, event_id, endpoint_id, kind, subject_id, state)
        VALUES (tenant, due.event_id, due.endpoint_id, event_kind, due.subject, due.state);
        INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id) VALUES (tenant, 'webhook', due.lane_id, due.event_id);
    END LOOP;
END
$function$;

-- What is begun in quarantine is hidden and told to nobody; its release is an insert like any other. What the platform itself says to
-- the person while it asks is not the tenant's.
CREATE FUNCTION note_messages_received() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM webhook_endpoints WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
        OR is_being_copied(nullif(current_setting('app.tenant_id', true), '')::uuid) THEN
        RETURN NULL;
    END IF;
    FOR found IN
        SELECT n.tenant_id, array_agg(n.message_id ORDER BY n.occurred_at, n.message_id) AS subjects,
               array_agg(n.conversation_id ORDER BY n.occurred_at, n.message_id) AS conversations,
               array_agg(n.state ORDER BY n.occurred_at, n.message_id) AS states
        FROM new_rows n
        WHERE n.direction = 'inbound'
        GROUP BY n.tenant_id
    LOOP
        PERFORM note_webhook_events(found.tenant_id, 'message.received', found.subjects, found.conversations, found.states);
    END LOOP;
    RETURN NULL;
END
$function$;
CREATE TRIGGER notes_messages_received AFTER INSERT ON messages REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_messages_received();

CREATE FUNCTION note_messages_moved() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM webhook_endpoints WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
        OR is_being_copied(nullif(current_setting('app.tenant_id', true), '')::uuid) THEN
        RETURN NULL;
    END IF;
    FOR found IN
        SELECT n.tenant_id, array_agg(n.message_id ORDER BY n.message_id) AS subjects,
               array_agg(n.conversation_id ORDER BY n.message_id) AS conversations,
               array_agg(n.state ORDER BY n.message_id) AS states
        FROM new_rows n
        JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.message_id = n.message_id
        WHERE n.direction = 'outbound' AND n.state IS DISTINCT FROM o.state
          AND n.state IN ('sent', 'delivered', 'read', 'failed', 'refused') AND n.purpose IS DISTINCT FROM 'consent_dialogue'
        GROUP BY n.tenant_id
    LOOP
        PERFORM note_webhook_events(found.tenant_id, 'message.state', found.subjects, found.conversations, found.states);
    END LOOP;
    RETURN NULL;
END
$function$;
CREATE TRIGGER notes_messages_moved AFTER UPDATE ON messages REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_messages_moved();

-- At the end of the transaction, when it shows whether the person is known to the tenant. Consents have one lane a person.
CREATE FUNCTION note_consent_changed() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF EXISTS (SELECT FROM contacts c
               WHERE c.tenant_id = NEW.tenant_id AND c.contact_id = NEW.contact_id AND NOT c.hidden)
        AND NOT is_being_copied(NEW.tenant_id) THEN
        PERFORM note_webhook_events(
            NEW.tenant_id, 'consent.changed', ARRAY[NEW.consent_event_id], ARRAY[NEW.contact_id], ARRAY[NEW.kind]);
    END IF;
    RETURN NULL;
END
$function$;
CREATE CONSTRAINT TRIGGER notes_consent_changed AFTER INSERT ON consent_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION note_consent_changed();

DO $policies$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['webhook_endpoints', 'webhook_events'] LOOP
        PERFORM keep_to_tenant(tenant_table::regclass);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO obhut_worker', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO obhut_app', tenant_table);
    END LOOP;
END
$policies$;
GRANT DELETE ON webhook_endpoints TO obhut_app;
SELECT keep_until_gone('webhook_endpoints');
