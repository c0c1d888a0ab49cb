import Postgres

import struct Foundation.Date

/// The SQL of the quarantine. `obhut_app` puts messages in and recognises those that came before; everything else is done by
/// `obhut_worker`, as the tenant, while the person's row is held.
enum QuarantineStore {
    /// A message that another batch put there first is passed over.
    static func add(_ tenant: TenantID, _ messages: [QuarantinedMessage]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.add",
            """
            INSERT INTO quarantined_messages (tenant_id, message_id, contact_id, channel_id, key_sealed, content_sealed, provider_index,
                                              provider_id_sealed, type, opens_window, size, occurred_at, received_at, expires_at)
            SELECT $1, u.message_id, u.contact_id, u.channel_id, u.key_sealed, u.content_sealed, u.provider_index,
                   u.provider_id_sealed, u.type, u.opens_window, u.size, u.occurred_at, u.received_at,
                   u.received_at + interval '1 hour' * coalesce(
                       (SELECT (p.profile ->> 'quarantine_hours')::integer FROM consent_profiles p
                        WHERE p.tenant_id = $1 ORDER BY p.version DESC LIMIT 1), $13::bigint)
            FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::text[],
                        $10::boolean[], $11::timestamptz[], $12::timestamptz[], $14::bigint[])
                 AS u (message_id, contact_id, channel_id, key_sealed, content_sealed, provider_index, provider_id_sealed, type,
                       opens_window, occurred_at, received_at, size)
            ON CONFLICT (tenant_id, provider_index) DO NOTHING
            RETURNING message_id
            """,
            [
                tenant, messages.map(\.id), messages.map(\.contact), messages.map(\.channel), messages.map(\.keySealed),
                messages.map(\.contentSealed), messages.map(\.providerIndex), messages.map(\.providerIDSealed),
                messages.map(\.type), messages.map(\.opensWindow), messages.map(\.occurredAt),
                messages.map(\.receivedAt), ConsentRules.standard.quarantineHours, messages.map(\.size),
            ])
    }

    /// Counts messages that are not kept, each by its channel.
    static func countDropped(_ tenant: TenantID, _ channels: [ChannelID]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.count-dropped",
            """
            INSERT INTO quarantine_drops AS d (tenant_id, channel_id, messages)
            SELECT $1, u.channel_id, count(*)
            FROM unnest($2::uuid[]) AS u (channel_id)
            GROUP BY u.channel_id
            ORDER BY u.channel_id
            ON CONFLICT (tenant_id, channel_id) DO UPDATE
            SET messages = d.messages + excluded.messages, last_at = now()
            """, [tenant, channels])
    }

    /// What of a person waits on a channel, in the order in which it was written.
    static func waiting(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "quarantine.waiting",
            """
            SELECT message_id, key_sealed, content_sealed, provider_index, provider_id_sealed, type, opens_window, occurred_at, received_at
            FROM quarantined_messages
            WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
            ORDER BY occurred_at, message_id
            """, [tenant, contact, channel])
    }

    /// How much that is.
    /// - Parameter last: the last that counts; nil counts all.
    static func fill(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, upTo last: MessageID? = nil
    ) -> PostgresQuery {
        PostgresQuery(
            "quarantine.fill",
            """
            SELECT count(*) AS messages, coalesce(sum(size), 0)::bigint AS bytes
            FROM quarantined_messages
            WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3 AND ($4::uuid IS NULL OR message_id <= $4)
            """, [tenant, contact, channel, last])
    }

    static func message(_ tenant: TenantID, _ message: MessageID) -> PostgresQuery {
        PostgresQuery(
            "quarantine.message",
            """
            SELECT key_sealed, content_sealed, provider_id_sealed, occurred_at
            FROM quarantined_messages
            WHERE tenant_id = $1 AND message_id = $2 AND expires_at > now()
            """, [tenant, message])
    }

    /// Takes out what was released.
    static func remove(_ tenant: TenantID, _ messages: [MessageID]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.remove", "DELETE FROM quarantined_messages WHERE tenant_id = $1 AND message_id = ANY ($2)",
            [tenant, messages])
    }

    /// Destroys messages: ciphertext and key are in the row. What stays is that they were there, for eight days.
    static func destroy(_ tenant: TenantID, _ messages: [MessageID]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.destroy-some",
            """
            WITH gone AS (
                DELETE FROM quarantined_messages WHERE tenant_id = $1 AND message_id = ANY ($2) RETURNING provider_index
            )
            INSERT INTO destroyed_messages (tenant_id, provider_index) SELECT $1, provider_index FROM gone
            ON CONFLICT DO NOTHING
            """, [tenant, messages])
    }

    /// Destroys all that a person wrote on a channel.
    static func destroyAll(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "quarantine.destroy-all",
            """
            WITH gone AS (
                DELETE FROM quarantined_messages WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
                RETURNING provider_index
            )
            INSERT INTO destroyed_messages (tenant_id, provider_index) SELECT $1, provider_index FROM gone
            ON CONFLICT DO NOTHING
            """, [tenant, contact, channel])
    }

    /// Destroys what is past its time.
    static func destroyExpired(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "quarantine.destroy-expired",
            """
            WITH gone AS (
                DELETE FROM quarantined_messages
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3 AND expires_at < now()
                RETURNING provider_index
            )
            INSERT INTO destroyed_messages (tenant_id, provider_index) SELECT $1, provider_index FROM gone
            ON CONFLICT DO NOTHING
            """, [tenant, contact, channel])
    }

    /// Whose messages are past their time, on any tenant's channels.
    static func expired(atMost portion: Int) -> PostgresQuery {
        PostgresQuery(
            "quarantine.expired",
            """
            SELECT DISTINCT tenant_id, contact_id, channel_id
            FROM (SELECT tenant_id, contact_id, channel_id FROM quarantined_messages
                  WHERE expires_at < now()
                    AND tenant_id <> ALL (ARRAY(SELECT tenant_id FROM tenant_standing WHERE movement IS NOT NULL))
                  ORDER BY expires_at LIMIT $1) q
            """, [portion])
    }

    /// Removes the marks of destroyed messages that no messenger repeats any more, whosever they are.
    static func forgetDestroyed(atMost portion: Int) -> PostgresQuery {
        PostgresQuery(
            "quarantine.forget-destroyed",
            """
            DELETE FROM destroyed_messages
            WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM destroyed_messages WHERE destroyed_at < now() - interval '8 days'
                  AND tenant_id <> ALL (ARRAY(SELECT tenant_id FROM tenant_standing WHERE movement IS NOT NULL))
                ORDER BY destroyed_at LIMIT $1))
            """, [portion])
    }
}
