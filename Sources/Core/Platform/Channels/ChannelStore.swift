import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of a tenant's channels in its region.
enum ChannelStore {
    static func add(_ channel: Channel, account: String?, sealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "channels.add",
            """
            INSERT INTO channels (tenant_id, channel_id, plugin, address, account_address, display_address, ingress_route_id, state,
                                  state_reason, configuration_sealed, secrets_changed)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb)
            """,
            [
                channel.tenant, channel.id, channel.plugin, channel.address, account, channel.displayAddress,
                channel.ingressRoute, channel.state.columns.state, channel.state.columns.reason, sealed,
                text(channel.secretsChanged),
            ])
    }

    static func remove(_ tenant: TenantID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "channels.remove", "DELETE FROM channels WHERE tenant_id = $1 AND channel_id = $2", [tenant, channel])
    }

    static func list(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "channels.list",
            """
            SELECT channel_id, plugin, address, display_address, ingress_route_id, state, state_reason, configuration_sealed,
                   created_at, joined_at, secrets_changed::text AS secrets_changed, revision
            FROM channels
            WHERE tenant_id = $1
            ORDER BY channel_id
            """, [tenant])
    }

    /// One channel, held until the transaction ends.
    static func lock(_ tenant: TenantID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "channels.lock",
            """
            SELECT channel_id, plugin, address, account_address, display_address, ingress_route_id, state, state_reason,
                   configuration_sealed, created_at, joined_at, secrets_changed::text AS secrets_changed, revision
            FROM channels
            WHERE tenant_id = $1 AND channel_id = $2
            FOR UPDATE
            """, [tenant, channel])
    }

    /// Another channel of the same account at the messenger.
    static func sibling(_ channel: Channel, account: String) -> PostgresQuery {
        PostgresQuery(
            "channels.sibling",
            """
            SELECT channel_id, plugin, address, display_address, ingress_route_id, state, state_reason, created_at,
                   joined_at, secrets_changed::text AS secrets_changed, revision
            FROM channels
            WHERE tenant_id = $1 AND plugin = $2 AND account_address = $3 AND channel_id <> $4
            ORDER BY channel_id
            LIMIT 1
            """, [channel.tenant, channel.plugin, account, channel.id])
    }

    /// Address, ingress and state stay.
    /// - Parameter secrets: those that were given now.
    static func update(
        _ channel: Channel, account: String?, display: String?, sealed: [UInt8], secrets: [String: Date]
    ) -> PostgresQuery {
        PostgresQuery(
            "channels.update",
            """
            UPDATE channels
            SET account_address = $3, display_address = $4, configuration_sealed = $5, revision = revision + 1,
                updated_at = now(), secrets_changed = secrets_changed || $6::text::jsonb
            WHERE tenant_id = $1 AND channel_id = $2
            RETURNING \(columns)
            """, [channel.tenant, channel.id, account, display, sealed, text(secrets)])
    }

    private static let columns = """
        channel_id, plugin, address, display_address, ingress_route_id, state, state_reason, created_at, joined_at,
                      secrets_changed::text AS secrets_changed, revision
        """

    /// How joining to the messenger ended.
    static func settle(_ channel: Channel, _ state: ChannelState, isJoined: Bool) -> PostgresQuery {
        PostgresQuery(
            "channels.settle",
            """
            UPDATE channels
            SET state = $3, state_reason = $4, held_until = NULL, revision = revision + 1, updated_at = now(),
                joined_at = CASE WHEN $5 THEN coalesce(joined_at, now()) END
            WHERE tenant_id = $1 AND channel_id = $2
            RETURNING \(columns)
            """, [channel.tenant, channel.id, state.columns.state, state.columns.reason, isJoined])
    }

    /// Off the messenger for good: its credentials are forgotten, what was written through it stays.
    /// - Parameter sealed: a configuration without anything in it.
    static func disconnect(_ channel: Channel, sealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "channels.disconnect",
            """
            UPDATE channels
            SET state = 'disconnected', state_reason = NULL, held_until = NULL, joined_at = NULL, secrets_changed = '{}',
                configuration_sealed = $3, revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND channel_id = $2
            RETURNING \(columns)
            """, [channel.tenant, channel.id, sealed])
    }

    /// A channel that this tenant had before, or that an interrupted move left: with another's ingress and credentials.
    static func revive(
        _ channel: Channel, ingress: IngressRouteID, account: String?, display: String?, sealed: [UInt8],
        secrets: [String: Date]
    ) -> PostgresQuery {
        PostgresQuery(
            "channels.revive",
            """
            UPDATE channels
            SET ingress_route_id = $3, account_address = $4, display_address = $5, configuration_sealed = $6,
                secrets_changed = $7::text::jsonb, state = 'stopped', state_reason = $8, joined_at = NULL,
                revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND channel_id = $2
            RETURNING \(columns)
            """,
            [
                channel.tenant, channel.id, ingress, account, display, sealed, text(secrets),
                ChannelService.unfinished,
            ])
    }

    /// Ends what waits to be sent through a channel. What the messenger may have already is left to its statuses.
    static func endWaiting(_ channel: Channel, _ fault: ChannelFault) -> PostgresQuery {
        PostgresQuery(
            "channels.end-waiting",
            """
            UPDATE messages
            SET state = 'failed', fault_code = $3, fault_message = $4, fault_remedy = $5, updated_at = now()
            WHERE tenant_id = $1 AND channel_id = $2 AND state = 'accepted'
            """, [channel.tenant, channel.id, fault.code, fault.message, fault.remedy])
    }

    private static func text(_ times: [String: Date]) -> String {
        let members = times.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.rfc3339)) }
        return JSON.object(JSONObject(members)).text
    }

    private static func times(_ text: String) -> [String: Date] {
        let members = (try? JSON(parsing: Array(text.utf8)))?.object?.members ?? []
        return Dictionary(
            members.compactMap { member in
                member.value.string.flatMap { Date(rfc3339: $0) }.map { (member.name, $0) }
            }
        ) { $1 }
    }

    static func channel(_ row: PostgresRow, of tenant: TenantID) throws -> Channel {
        Channel(
            id: try row.decode("channel_id"), tenant: tenant, plugin: try row.decode("plugin"),
            address: try row.decode("address"),
            displayAddress: try row.decode("display_address"),
            state: ChannelState(state: try row.decode("state"), reason: try row.decode("state_reason")),
            ingressRoute: try row.decode("ingress_route_id"), createdAt: try row.decode("created_at"),
            joinedAt: try row.decode("joined_at"), secretsChanged: times(try row.decode("secrets_changed")),
            revision: try row.decode("revision"))
    }

    static func setState(_ tenant: TenantID, _ channel: ChannelID, _ state: ChannelState) -> PostgresQuery {
        PostgresQuery(
            "channels.set-state",
            """
            UPDATE channels
            SET state = $3, state_reason = $4, revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND channel_id = $2
            """, [tenant, channel, state.columns.state, state.columns.reason])
    }

    static func hold(_ tenant: TenantID, _ channel: ChannelID, until: Date) -> PostgresQuery {
        PostgresQuery(
            "channels.hold",
            "UPDATE channels SET held_until = greatest(held_until, $3) WHERE tenant_id = $1 AND channel_id = $2",
            [tenant, channel, until])
    }

    /// The channel asked for, or the only one there is.
    static func choose(_ tenant: TenantID, _ wanted: ChannelID?, _ session: some PostgresSession) async throws
        -> ChosenChannel
    {
        let rows = try await session.query(
            PostgresQuery(
                "channels.choose",
                """
                SELECT channel_id, plugin
                FROM channels
                WHERE tenant_id = $1 AND ($2::uuid IS NULL OR channel_id = $2)
                ORDER BY channel_id
                LIMIT 2
                """, [tenant, wanted]))
        guard let row = rows.first else {
            throw wanted == nil
                ? PlatformError(.conflict, "The tenant has no channel.", remedy: "The provider connects one first.")
                : PlatformError.invalid("channel_id", "the tenant has no such channel")
        }
        guard rows.count == 1 else {
            throw PlatformError.invalid("channel_id", "the tenant has several channels; say which one is meant")
        }
        return ChosenChannel(id: try row.decode("channel_id"), plugin: try row.decode("plugin"))
    }

    static func sealContext(_ channel: ChannelID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "channels", column: "configuration_sealed", row: channel, tenant: tenant)
    }
}
