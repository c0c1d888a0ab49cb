-- One shard of a region: everything of the tenants that live here. Personal data is sealed (AES-256-GCM, Docs/keys.md) and found by
-- blind index only. Every tenant table leads its keys with tenant_id and carries it in its foreign keys.

CREATE TABLE tenant_standing (
    tenant_id       uuid        NOT NULL CONSTRAINT tenant_standing_pkey PRIMARY KEY,
    tenant_state    text        NOT NULL,
    agreement_state text,
    covers_special_category boolean NOT NULL DEFAULT false,
    updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tenant_standing IS 'What the gate must know of a tenant, put here by the control plane, so that a decision reads one database and a suspension holds at once. No personal data.';

CREATE TABLE tenant_keys (
    tenant_id  uuid        NOT NULL CONSTRAINT tenant_keys_tenant_fkey REFERENCES tenant_standing,
    kind       text        NOT NULL CONSTRAINT tenant_keys_kind_known CHECK (kind IN ('data', 'index')),
    key_id     uuid        NOT NULL,
    kek_id     text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT tenant_keys_pkey PRIMARY KEY (tenant_id, kind, key_id)
);
CREATE UNIQUE INDEX tenant_keys_one_current ON tenant_keys (tenant_id, kind) WHERE retired_at IS NULL;
COMMENT ON TABLE tenant_keys IS 'Each tenant''s data key and blind-index key, wrapped by the region''s key-encryption key. Destroying a row makes the tenant''s data unreadable.';

CREATE TABLE channels (
    tenant_id            uuid        NOT NULL CONSTRAINT channels_tenant_fkey REFERENCES tenant_standing,
    channel_id           uuid        NOT NULL,
    plugin               text        NOT NULL,
    address              text        NOT NULL,
    account_address      text,
    display_address      text,
    ingress_route_id     uuid        NOT NULL,
    state                text        NOT NULL CONSTRAINT channels_state_known CHECK (state IN ('active', 'stopped', 'disconnected')),
    state_reason         text,
    held_until           timestamptz,
    configuration_sealed bytea       NOT NULL,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT channels_pkey PRIMARY KEY (tenant_id, channel_id)
);
CREATE UNIQUE INDEX channels_by_address ON channels (tenant_id, plugin, address);
COMMENT ON TABLE channels IS 'A tenant''s numbers and their credentials (sealed with the tenant''s key). The number is the tenant''s own.';

CREATE TABLE contacts (
    tenant_id   uuid        NOT NULL CONSTRAINT contacts_tenant_fkey REFERENCES tenant_standing,
    contact_id  uuid        NOT NULL,
    key_id      uuid        NOT NULL,
    key_sealed  bytea,
    name_sealed bytea,
    merged_into uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    erased_at   timestamptz,
    CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, contact_id),
    CONSTRAINT contacts_merged_into_fkey FOREIGN KEY (tenant_id, merged_into) REFERENCES contacts
);
CREATE INDEX contacts_by_survivor ON contacts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE contacts IS 'The persons a tenant talks with (data subjects). Destroying key_sealed makes all that was sealed for the person unreadable (Art. 17 GDPR).';
COMMENT ON COLUMN contacts.key_sealed IS 'The contact''s own key, sealed with the tenant''s data key; NULL after erasure.';
COMMENT ON COLUMN contacts.name_sealed IS 'Personal data: name as the messenger gives it. Sealed with the contact''s key. Kept until erasure.';
COMMENT ON COLUMN contacts.merged_into IS 'Set when two contacts turned out to be one person: the contact that goes on.';

CREATE TABLE identities (
    tenant_id      uuid        NOT NULL,
    identity_id    uuid        NOT NULL,
    contact_id     uuid        NOT NULL,
    sealed_for     uuid        NOT NULL,
    plugin         text        NOT NULL,
    kind           text        NOT NULL,
    blind_index    bytea       NOT NULL,
    address_sealed bytea       NOT NULL,
    first_seen_at  timestamptz NOT NULL DEFAULT now(),
    retired_at     timestamptz,
    CONSTRAINT identities_pkey PRIMARY KEY (tenant_id, identity_id),
    CONSTRAINT identities_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    CONSTRAINT identities_sealed_for_fkey FOREIGN KEY (tenant_id, sealed_for) REFERENCES contacts
);
CREATE UNIQUE INDEX identities_by_blind_index ON identities (tenant_id, blind_index) WHERE retired_at IS NULL;
CREATE INDEX identities_by_contact ON identities (tenant_id, contact_id);
COMMENT ON TABLE identities IS 'A contact''s addresses on a kind of channel (phone, business-scoped user id, username).';
COMMENT ON COLUMN identities.blind_index IS 'HMAC of plugin, kind and normalised address under the tenant''s index key: finds, does not tell.';
COMMENT ON COLUMN identities.address_sealed IS 'Personal data: the address. Sealed with the key of the contact named in sealed_for. Kept until erasure.';
COMMENT ON COLUMN identities.retired_at IS 'Set when the person changed this address: it no longer finds the contact, and nothing is sent to it.';

CREATE TABLE conversations (
    tenant_id        uuid        NOT NULL,
    conversation_id  uuid        NOT NULL,
    channel_id       uuid        NOT NULL,
    contact_id       uuid        NOT NULL,
    last_inbound_at  timestamptz,
    window_closes_at timestamptz,
    last_message_at  timestamptz NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT conversations_pkey PRIMARY KEY (tenant_id, conversation_id),
    CONSTRAINT conversations_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels,
    CONSTRAINT conversations_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts
);
CREATE UNIQUE INDEX conversations_by_contact ON conversations (tenant_id, contact_id, channel_id);
COMMENT ON TABLE conversations IS 'What a contact and a channel have to say to each other; when the service window closes. Metadata only.';

CREATE TABLE messages (
    tenant_id          uuid        NOT NULL,
    message_id         uuid        NOT NULL,
    conversation_id    uuid        NOT NULL,
    contact_id         uuid        NOT NULL,
    channel_id         uuid        NOT NULL,
    sealed_for         uuid        NOT NULL,
    direction          text        NOT NULL CONSTRAINT messages_direction_known CHECK (direction IN ('inbound', 'outbound')),
    type               text        NOT NULL,
    purpose            text,
    state              text        NOT NULL CONSTRAINT messages_state_known
                                   CHECK (state IN ('received', 'accepted', 'sending', 'sent', 'delivered', 'read', 'failed', 'refused')),
    content_sealed     bytea       NOT NULL,
    provider_index     bytea,
    provider_id_sealed bytea,
    occurred_at        timestamptz NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    fault_code         text,
    fault_message      text,
    fault_remedy       text,
    CONSTRAINT messages_pkey PRIMARY KEY (tenant_id, message_id),
    CONSTRAINT messages_conversation_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations,
    CONSTRAINT messages_sealed_for_fkey FOREIGN KEY (tenant_id, sealed_for) REFERENCES contacts
);
CREATE UNIQUE INDEX messages_by_provider_index ON messages (tenant_id, provider_index) WHERE provider_index IS NOT NULL;
CREATE INDEX messages_by_conversation ON messages (tenant_id, conversation_id, message_id);
COMMENT ON TABLE messages IS 'Messages in and out.';
COMMENT ON COLUMN messages.content_sealed IS 'Personal data: what was said, as JSON. Sealed with the key of the contact named in sealed_for. Kept for the tenant''s retention or until erasure.';
COMMENT ON COLUMN messages.provider_index IS 'Blind index of the messenger''s message id: makes a duplicate change nothing.';
COMMENT ON COLUMN messages.provider_id_sealed IS 'Personal data: the messenger''s message id; WhatsApp''s holds the person''s number in Base64. Sealed as content_sealed.';

CREATE TABLE message_statuses (
    tenant_id      uuid        NOT NULL CONSTRAINT message_statuses_tenant_fkey REFERENCES tenant_standing,
    provider_index bytea       NOT NULL,
    stage          text        NOT NULL,
    message_id     uuid,
    occurred_at    timestamptz NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT now(),
    fault_code     text,
    fault_message  text,
    fault_remedy   text,
    CONSTRAINT message_statuses_pkey PRIMARY KEY (tenant_id, provider_index, stage),
    CONSTRAINT message_statuses_message_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES messages
);
CREATE INDEX message_statuses_by_message ON message_statuses (tenant_id, message_id) WHERE message_id IS NOT NULL;
COMMENT ON TABLE message_statuses IS 'Every stage a messenger reported, once. One that came before its message is known waits here. No content.';

CREATE TABLE channel_events (
    tenant_id    uuid        NOT NULL,
    event_id     uuid        NOT NULL,
    channel_id   uuid        NOT NULL,
    kind         text        NOT NULL CONSTRAINT channel_events_kind_known
                             CHECK (kind IN ('account', 'identity_change', 'preference', 'status', 'malformed', 'other')),
    field        text        NOT NULL,
    outcome      text        NOT NULL,
    reason       text,
    dedup_index  bytea       NOT NULL,
    raw_sealed   bytea       NOT NULL,
    occurred_at  timestamptz,
    received_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT channel_events_pkey PRIMARY KEY (tenant_id, event_id),
    CONSTRAINT channel_events_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
CREATE UNIQUE INDEX channel_events_by_dedup_index ON channel_events (tenant_id, dedup_index);
COMMENT ON TABLE channel_events IS 'What a messenger told besides messages and statuses, and what could not be read, each with its outcome and reason.';
COMMENT ON COLUMN channel_events.raw_sealed IS 'May hold personal data: the event as it came. Sealed with the tenant''s key.';

CREATE TABLE consent_events (
    tenant_id        uuid        NOT NULL,
    consent_event_id uuid        NOT NULL,
    contact_id       uuid        NOT NULL,
    channel_id       uuid        NOT NULL,
    purpose          text        NOT NULL,
    kind             text        NOT NULL CONSTRAINT consent_events_kind_known
                                 CHECK (kind IN ('requested', 'granted', 'confirmed', 'refused', 'withdrawn', 'expired', 'superseded')),
    source           text        NOT NULL,
    evidence_sealed  bytea       NOT NULL,
    occurred_at      timestamptz NOT NULL,
    expires_at       timestamptz,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    recorded_by      uuid,
    CONSTRAINT consent_events_pkey PRIMARY KEY (tenant_id, consent_event_id),
    CONSTRAINT consent_events_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    CONSTRAINT consent_events_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
CREATE INDEX consent_events_by_contact ON consent_events (tenant_id, contact_id, channel_id, purpose);
COMMENT ON TABLE consent_events IS 'Facts about consent (Art. 7(1) GDPR), only ever added; the state is derived from them.';
COMMENT ON COLUMN consent_events.evidence_sealed IS 'Personal data: text shown, act, place. Sealed with the tenant''s key, so that it outlives erasure of the person''s messages for the limitation period.';

CREATE TABLE consents (
    tenant_id  uuid        NOT NULL,
    contact_id uuid        NOT NULL,
    channel_id uuid        NOT NULL,
    purpose    text        NOT NULL,
    state      text        NOT NULL,
    since      timestamptz,
    expires_at timestamptz,
    CONSTRAINT consents_pkey PRIMARY KEY (tenant_id, contact_id, channel_id, purpose),
    CONSTRAINT consents_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    CONSTRAINT consents_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES channels
);
COMMENT ON TABLE consents IS 'The state that follows from consent_events, kept for the gate; can be made anew from them at any time.';

CREATE TABLE idempotency_keys (
    tenant_id    uuid        NOT NULL CONSTRAINT idempotency_keys_tenant_fkey REFERENCES tenant_standing,
    caller       uuid        NOT NULL,
    route        text        NOT NULL,
    key_hash     bytea       NOT NULL,
    request_hash bytea       NOT NULL,
    result_id    uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, caller, route, key_hash)
);
COMMENT ON TABLE idempotency_keys IS 'Requests that were already carried out, by the caller''s key; only hashes. Kept for 24 hours at least.';
