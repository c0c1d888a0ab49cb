-- What a person writes before agreeing is kept apart: each message under a key of its own, both in one row, so that removing the row
-- destroys both (Art. 5(1)(c), (e) GDPR). Nobody who serves a tenant can read the row's content or key: column privileges see to it.

ALTER TABLE contacts ADD COLUMN hidden boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN contacts.hidden IS 'Begun in quarantine: shown to the tenant by no route until the person agreed, or the tenant itself declared that they did.';
ALTER TABLE conversations
    ADD COLUMN hidden               boolean NOT NULL DEFAULT false,
    ADD COLUMN quarantine_closes_at timestamptz;
COMMENT ON COLUMN conversations.hidden IS 'Begun in quarantine: shown to the tenant by no route until what was written is released.';
COMMENT ON COLUMN conversations.quarantine_closes_at IS 'When the service window that quarantined messages opened closes. Shown to nobody; counts for the dialogue, and for whoever may write after the person agreed.';
ALTER TABLE messages ADD COLUMN hidden boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN messages.hidden IS 'What a consent source said in a dialogue: shown to the tenant once the person agreed.';

CREATE TABLE quarantined_messages (
    tenant_id          uuid        NOT NULL,
    message_id         uuid        NOT NULL,
    contact_id         uuid        NOT NULL,
    channel_id         uuid        NOT NULL,
    key_sealed         bytea       NOT NULL,
    content_sealed     bytea       NOT NULL,
    provider_index     bytea       NOT NULL,
    provider_id_sealed bytea       NOT NULL,
    type               text        NOT NULL,
    opens_window       boolean     NOT NULL,
    size               bigint      NOT NULL,
    occurred_at        timestamptz NOT NULL,
    received_at        timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL,
    CONSTRAINT quarantined_messages_pkey PRIMARY KEY (tenant_id, message_id),
    CONSTRAINT quarantined_messages_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    CONSTRAINT quarantined_messages_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
CREATE UNIQUE INDEX quarantined_messages_by_provider_index ON quarantined_messages (tenant_id, provider_index);
CREATE INDEX quarantined_messages_by_contact ON quarantined_messages (tenant_id, contact_id, channel_id);
CREATE INDEX quarantined_messages_by_expiry ON quarantined_messages (expires_at);
COMMENT ON TABLE quarantined_messages IS 'What people wrote before they agreed. Released into messages on agreement, removed on refusal and at expires_at.';
COMMENT ON COLUMN quarantined_messages.key_sealed IS 'The message''s own random key, sealed with the tenant''s data key.';
COMMENT ON COLUMN quarantined_messages.content_sealed IS 'Personal data: what was said, and the name that came with it, as JSON. Sealed with the message''s own key. Kept until release, refusal or expires_at.';
COMMENT ON COLUMN quarantined_messages.provider_index IS 'Blind index of the messenger''s message id: makes a duplicate change nothing.';
COMMENT ON COLUMN quarantined_messages.provider_id_sealed IS 'Personal data: the messenger''s message id. Sealed as content_sealed.';
COMMENT ON COLUMN quarantined_messages.size IS 'Bytes of the sealed content, for the limit of what is kept of one person.';

CREATE TABLE destroyed_messages (
    tenant_id      uuid        NOT NULL CONSTRAINT destroyed_messages_tenant_fkey REFERENCES tenant_standing,
    provider_index bytea       NOT NULL,
    destroyed_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT destroyed_messages_pkey PRIMARY KEY (tenant_id, provider_index)
);
CREATE INDEX destroyed_messages_by_age ON destroyed_messages (destroyed_at);
COMMENT ON TABLE destroyed_messages IS 'Messages that were destroyed in quarantine, by the blind index of the messenger''s id alone, so that a webhook that is repeated does not bring them back. Kept for eight days; messengers repeat for seven.';

CREATE TABLE quarantine_drops (
    tenant_id  uuid        NOT NULL,
    channel_id uuid        NOT NULL,
    messages   bigint      NOT NULL CONSTRAINT quarantine_drops_messages_positive CHECK (messages >= 0),
    last_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT quarantine_drops_pkey PRIMARY KEY (tenant_id, channel_id),
    CONSTRAINT quarantine_drops_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels ON DELETE CASCADE
);
COMMENT ON TABLE quarantine_drops IS 'How many messages were not kept because a person who had not agreed wrote more than is kept of one. No personal data.';

CREATE TABLE dialogues (
    tenant_id       uuid        NOT NULL,
    contact_id      uuid        NOT NULL,
    channel_id      uuid        NOT NULL,
    status          text        NOT NULL CONSTRAINT dialogues_status_known
                                CHECK (status IN ('asking', 'admitted', 'refused', 'withdrawn', 'left_alone')),
    source_id       uuid,
    source_version  bigint,
    sealed_for      uuid        NOT NULL,
    state_sealed    bytea,
    entry           text,
    languages       text[]      NOT NULL DEFAULT '{}',
    wakes_at        timestamptz,
    closing_message uuid,
    replied_hash    bytea,
    replied_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dialogues_pkey PRIMARY KEY (tenant_id, contact_id, channel_id),
    CONSTRAINT dialogues_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    CONSTRAINT dialogues_sealed_for_fkey FOREIGN KEY (tenant_id, sealed_for) REFERENCES contacts,
    CONSTRAINT dialogues_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
CREATE INDEX dialogues_by_waking ON dialogues (wakes_at) WHERE wakes_at IS NOT NULL;
COMMENT ON TABLE dialogues IS 'How far the asking for consent has come with a person on a channel. Kept as long as the contact; says in the clear only whether the person is being asked, agreed, refused or withdrew.';
COMMENT ON COLUMN dialogues.state_sealed IS 'Personal data: what the consent source keeps between two turns, as JSON. Sealed with the key of the contact named in sealed_for; removed when the dialogue ends.';
COMMENT ON COLUMN dialogues.closing_message IS 'The one message that may still be sent after a refusal or withdrawal: its confirmation.';
COMMENT ON COLUMN dialogues.replied_hash IS 'Keyed hash of what was said last, so that the same is not said again and again to somebody who writes a lot.';

DO $policies$
DECLARE
    own_table text;
BEGIN
    FOREACH own_table IN ARRAY ARRAY['quarantined_messages', 'destroyed_messages', 'quarantine_drops', 'dialogues'] LOOP
        PERFORM keep_to_tenant(own_table::regclass);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO obhut_worker', own_table);
    END LOOP;
END
$policies$;

-- How much was not kept is told for as long as the contract runs.
SELECT keep_until_gone('quarantine_drops');

-- Whoever serves a tenant puts messages in, recognises those that came before, counts them, and gives them to the contact that goes on
-- when two turn out to be one. Neither key nor content can be read.
GRANT INSERT ON quarantined_messages TO obhut_app;
GRANT SELECT (tenant_id, message_id, contact_id, channel_id, provider_index, size, expires_at) ON quarantined_messages TO obhut_app;
GRANT UPDATE (contact_id) ON quarantined_messages TO obhut_app;
GRANT SELECT ON destroyed_messages TO obhut_app;
GRANT SELECT, INSERT, UPDATE ON quarantine_drops TO obhut_app;
-- A merge of contacts keeps one dialogue of two.
GRANT SELECT, INSERT, UPDATE, DELETE ON dialogues TO obhut_app;

-- Workers look for what is due whosever it is: what is past its time, and who was silent long enough. Both say that somebody wrote, and
-- nothing of what; what is then done, is done as the tenant.
CREATE POLICY expired ON quarantined_messages FOR SELECT TO obhut_worker USING (expires_at < now());
CREATE POLICY due ON dialogues FOR SELECT TO obhut_worker USING (wakes_at <= now());
CREATE POLICY outdated ON destroyed_messages FOR SELECT TO obhut_worker USING (destroyed_at < now() - interval '8 days');
CREATE POLICY forgotten ON destroyed_messages FOR DELETE TO obhut_worker USING (destroyed_at < now() - interval '8 days');

-- A contact that never agreed and of whom nothing else is known goes wholly when its messages do, and so a worker may remove what is
-- hidden, also of a living tenant. What the policies of tenants' erasure allowed, they still allow.
DO $policies$
DECLARE
    widened record;
BEGIN
    FOR widened IN
        SELECT * FROM (VALUES
            ('contacts', 'hidden'), ('conversations', 'hidden'), ('messages', 'hidden'),
            ('identities', 'EXISTS (SELECT FROM contacts c WHERE c.tenant_id = identities.tenant_id AND c.contact_id = identities.contact_id
                                    AND c.hidden)'),
            ('message_statuses', 'EXISTS (SELECT FROM messages m WHERE m.tenant_id = message_statuses.tenant_id
                                          AND m.message_id = message_statuses.message_id AND m.hidden)')
        ) AS v (table_name, condition)
        JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = v.table_name AND p.policyname = 'erased_when_terminated'
    LOOP
        EXECUTE format('ALTER POLICY erased_when_terminated ON %I USING ((%s) OR %s)', widened.table_name, widened.qual, widened.condition);
    END LOOP;
END
$policies$;
