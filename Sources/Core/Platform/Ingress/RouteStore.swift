import PluginKit
import Postgres

import struct Foundation.Date

/// The control plane's routing tables.
struct RouteStore: Sendable {
    let control: PostgresClient
    let key: DataKey
    let plugins: PluginRegistry

    func ingress(_ id: IngressRouteID) async throws -> IngressRoute? {
        let rows = try await control.query(
            PostgresQuery(
                "routes.ingress",
                """
                SELECT plugin, configuration_sealed, previous_sealed, previous_until
                FROM ingress_routes
                WHERE ingress_route_id = $1
                """, [id]))
        guard let row = rows.first else { return nil }
        let plugin = try row.decode("plugin", as: String.self)
        guard let schema = plugins.channels[plugin]?.ingressSchema else { return nil }
        let sealed = try row.decode("configuration_sealed", as: [UInt8].self)
        let configuration = try SealedConfiguration.open(sealed, key, Self.context(id), schema)
        var route = IngressRoute(id: id, plugin: plugin, configuration: configuration)
        if let previous = try row.decode("previous_sealed", as: [UInt8]?.self),
            let until = try row.decode("previous_until", as: Date?.self)
        {
            route.previous = try? SealedConfiguration.open(previous, key, Self.context(id), schema)
            route.previousUntil = until
        }
        return route
    }

    func channel(plugin: String, kind: String, _ address: String) async throws -> ChannelRoute? {
        let rows = try await control.query(
            PostgresQuery(
                "routes.channel",
                """
                SELECT r.tenant_id, t.shard_id, r.channel_id, r.ingress_route_id,
                       r.since, r.former_tenant_id, r.former_channel_id, f.shard_id AS former_shard_id
                FROM channel_routes r
                JOIN tenants t USING (tenant_id)
                LEFT JOIN tenants f ON f.tenant_id = r.former_tenant_id AND f.state <> 'erased'
                     AND r.since > now() - interval '30 days'
                WHERE r.plugin = $1 AND r.kind = $2 AND r.address = $3
                """, [plugin, kind, address]))
        return try rows.first.map { row -> ChannelRoute in
            var route = ChannelRoute(
                tenant: try row.decode("tenant_id"), shard: try row.decode("shard_id"),
                channel: try row.decode("channel_id"),
                ingress: try row.decode("ingress_route_id"))
            if let shard = try row.decode("former_shard_id", as: ShardID?.self) {
                route.former = FormerOwner(
                    tenant: try row.decode("former_tenant_id"), shard: shard,
                    channel: try row.decode("former_channel_id"), until: try row.decode("since"))
            }
            return route
        }
    }

    /// Counts events that belong to nobody. Nothing of their content comes here.
    func countUnroutable(_ plugin: String, _ ingress: IngressRouteID, _ counts: [UnroutableKey: Int]) async throws {
        let queries = counts.sorted { $0.key.address < $1.key.address }.map { key, count in
            PostgresQuery(
                "routes.count-unroutable",
                """
                INSERT INTO unroutable_events (plugin, ingress_route_id, kind, address, reason, events)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (plugin, ingress_route_id, kind, address, reason)
                DO UPDATE SET events = unroutable_events.events + excluded.events, last_at = now()
                """, [plugin, ingress, key.kind, key.address, key.reason, count])
        }
        _ = try await control.pipeline(queries)
    }

    /// Counts events that came for tenants whose contract is over; one that was erased meanwhile is not counted any more.
    func countDiscarded(_ plugin: String, _ counts: [TenantID: Int]) async throws {
        let queries = counts.sorted { $0.key < $1.key }.map { tenant, count in
            PostgresQuery(
                "routes.count-discarded",
                """
                INSERT INTO discarded_events (tenant_id, plugin, events)
                SELECT tenant_id, $2, $3::bigint FROM tenants WHERE tenant_id = $1 AND state = 'terminated'
                ON CONFLICT (tenant_id, plugin)
                DO UPDATE SET events = discarded_events.events + excluded.events, last_at = now()
                """, [tenant, plugin, count])
        }
        _ = try await control.pipeline(queries)
    }

    /// - Returns: from the statement, a row unless the ingress is another tenant's.
    static func addIngress(_ channel: Channel, sealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "routes.add-ingress",
            """
            INSERT INTO ingress_routes (ingress_route_id, plugin, tenant_id, configuration_sealed)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (ingress_route_id) DO UPDATE SET configuration_sealed = excluded.configuration_sealed
            WHERE ingress_routes.tenant_id = excluded.tenant_id
            RETURNING ingress_route_id
            """, [channel.ingressRoute, channel.plugin, channel.tenant, sealed])
    }

    /// - Returns: from the statement, a row unless the address belongs to another channel.
    static func addChannel(_ channel: Channel) -> PostgresQuery {
        PostgresQuery(
            "routes.add-channel",
            """
            INSERT INTO channel_routes (plugin, kind, address, tenant_id, channel_id, ingress_route_id)
            VALUES ($1, 'channel', $2, $3, $4, $5)
            ON CONFLICT (plugin, kind, address) DO UPDATE SET ingress_route_id = excluded.ingress_route_id
            WHERE channel_routes.tenant_id = excluded.tenant_id AND channel_routes.channel_id = excluded.channel_id
            RETURNING address
            """, [channel.plugin, channel.address, channel.tenant, channel.id, channel.ingressRoute])
    }

    /// The address, and the account that holds it, are another channel's from then on.
    /// - Returns: from the statement, a row for each that moved.
    static func move(_ channel: Channel, to new: Channel, since: Date) -> PostgresQuery {
        PostgresQuery(
            "routes.move",
            """
            UPDATE channel_routes
            SET tenant_id = $4, channel_id = $5, since = $6, former_tenant_id = $2, former_channel_id = $3
            WHERE plugin = $1 AND tenant_id = $2 AND channel_id = $3
            RETURNING address
            """, [channel.plugin, channel.tenant, channel.id, new.tenant, new.id, since])
    }

    /// - Returns: from the statement, a row when the ingress was the channel's own.
    static func moveIngress(_ channel: Channel, to tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "routes.move-ingress",
            """
            UPDATE ingress_routes SET tenant_id = $3 WHERE ingress_route_id = $1 AND tenant_id = $2
            RETURNING ingress_route_id
            """, [channel.ingressRoute, channel.tenant, tenant])
    }

    /// The channel's address is free again; its ingress stays, for what is still on its way.
    static func removeChannel(_ channel: Channel) -> PostgresQuery {
        PostgresQuery(
            "routes.remove-channel",
            "DELETE FROM channel_routes WHERE plugin = $1 AND kind = 'channel' AND address = $2 AND channel_id = $3",
            [channel.plugin, channel.address, channel.id])
    }

    /// The messenger's account leads to the first of its channels that was connected.
    /// - Throws: `.conflict` when it is another tenant's: what the messenger tells of an account goes to one tenant.
    static func add(account: String, of channel: Channel, _ tx: PostgresTransaction) async throws {
        let rows = try await tx.query(
            PostgresQuery(
                "routes.add-account",
                """
                INSERT INTO channel_routes (plugin, kind, address, tenant_id, channel_id, ingress_route_id)
                VALUES ($1, 'account', $2, $3, $4, $5)
                ON CONFLICT (plugin, kind, address) DO UPDATE SET tenant_id = excluded.tenant_id
                WHERE channel_routes.tenant_id = excluded.tenant_id
                RETURNING tenant_id
                """, [channel.plugin, account, channel.tenant, channel.id, channel.ingressRoute]))
        guard !rows.isEmpty else {
            throw PlatformError(
                .conflict, "The account that holds this number is connected for another tenant.",
                remedy: "Give each tenant an account of its own at the messenger.")
        }
    }

    /// The account no longer leads to this channel.
    static func removeAccount(_ account: String, _ channel: Channel) -> PostgresQuery {
        PostgresQuery(
            "routes.remove-account",
            "DELETE FROM channel_routes WHERE plugin = $1 AND kind = 'account' AND address = $2 AND channel_id = $3",
            [channel.plugin, account, channel.id])
    }

    /// A tenant's own ingress, held until the transaction ends.
    static func lockIngress(_ channel: Channel) -> PostgresQuery {
        PostgresQuery(
            "routes.lock-ingress",
            """
            SELECT configuration_sealed
            FROM ingress_routes
            WHERE ingress_route_id = $1 AND tenant_id = $2
            FOR UPDATE
            """, [channel.ingressRoute, channel.tenant])
    }

    static func updateIngress(
        _ id: IngressRouteID, sealed: [UInt8], previous: (sealed: [UInt8], until: Date)?
    ) -> PostgresQuery {
        PostgresQuery(
            "routes.update-ingress",
            """
            UPDATE ingress_routes
            SET configuration_sealed = $2, previous_sealed = $3, previous_until = $4
            WHERE ingress_route_id = $1
            """, [id, sealed, previous?.sealed, previous?.until])
    }

    /// A channel's ingress, whosever it is.
    static func ingressOf(_ channel: Channel) -> PostgresQuery {
        PostgresQuery(
            "routes.ingress-of",
            "SELECT tenant_id, configuration_sealed FROM ingress_routes WHERE ingress_route_id = $1",
            [channel.ingressRoute])
    }

    /// Secrets from before a change whose time is over.
    static let forgetPrevious = PostgresQuery(
        "routes.forget-previous",
        "UPDATE ingress_routes SET previous_sealed = NULL, previous_until = NULL WHERE previous_until < now()")

    static let allChannels = PostgresQuery(
        "routes.all-channels",
        """
        SELECT r.tenant_id, r.channel_id, t.shard_id
        FROM channel_routes r
        JOIN tenants t USING (tenant_id)
        WHERE r.kind = 'channel'
        ORDER BY r.tenant_id, r.channel_id
        """)

    static func context(_ id: IngressRouteID) -> SealContext {
        SealContext(table: "ingress_routes", column: "configuration_sealed", row: id.rawValue, tenant: .controlPlane)
    }
}

struct UnroutableKey: Sendable, Hashable {
    var kind: String
    var address: String
    var reason: String

    /// An address from outside may be anything; only what looks like one is repeated to staff.
    init(_ address: ChannelEvent.Address, reason: String) {
        let (kind, text) = address.parts
        let isPlain =
            !text.isEmpty && text.count <= 64
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        self.kind = kind
        self.address = isPlain ? text : "(not an id)"
        self.reason = reason
    }
}

extension TenantID {
    /// Stands where a ciphertext of the control plane names its tenant.
    static let controlPlane = TenantID(rawValue: .init(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}

/// A plugin's configuration at rest: JSON, sealed.
enum SealedConfiguration {
    static func seal(_ configuration: PluginConfiguration, _ key: DataKey, _ context: SealContext) throws -> [UInt8] {
        let members = configuration.revealed.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
        return try key.seal(JSON.object(JSONObject(members)).encoded(), context)
    }

    static func open(
        _ sealed: [UInt8], _ key: DataKey, _ context: SealContext, _ schema: ConfigurationSchema
    ) throws -> PluginConfiguration {
        try schema.validate(values(sealed, key, context)).get()
    }

    /// What was sealed, whatever a schema says of it by now.
    static func values(_ sealed: [UInt8], _ key: DataKey, _ context: SealContext) throws -> [String: String] {
        let json = try JSON(parsing: key.open(sealed, context))
        var values: [String: String] = [:]
        for member in json.object?.members ?? [] { values[member.name] = member.value.string }
        return values
    }
}
