import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of webhook endpoints.
enum WebhookStore {
    private static let columns = """
        endpoint_id, url, kinds, state, previous_until, last_answer, failing_since, delivered_at, created_at, revision
        """

    static func list(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.list",
            "SELECT \(columns) FROM webhook_endpoints WHERE tenant_id = $1 ORDER BY endpoint_id", [tenant])
    }

    static func find(_ tenant: TenantID, _ id: WebhookEndpointID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.find",
            "SELECT \(columns) FROM webhook_endpoints WHERE tenant_id = $1 AND endpoint_id = $2", [tenant, id])
    }

    /// Held until the transaction ends.
    static func lock(_ tenant: TenantID, _ id: WebhookEndpointID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.lock",
            "SELECT \(columns), secret_sealed FROM webhook_endpoints WHERE tenant_id = $1 AND endpoint_id = $2 FOR UPDATE",
            [tenant, id])
    }

    static func add(
        _ tenant: TenantID, _ id: WebhookEndpointID, url: String, kinds: Set<WebhookKind>, sealed: [UInt8]
    ) -> PostgresQuery {
        PostgresQuery(
            "webhooks.add",
            """
            INSERT INTO webhook_endpoints (tenant_id, endpoint_id, url, kinds, secret_sealed, state)
            VALUES ($1, $2, $3, $4, $5, 'active')
            RETURNING \(columns)
            """, [tenant, id, url, words(kinds), sealed])
    }

    static func update(_ tenant: TenantID, _ endpoint: WebhookEndpoint) -> PostgresQuery {
        PostgresQuery(
            "webhooks.update",
            """
            UPDATE webhook_endpoints
            SET url = $3, kinds = $4, state = $5, revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND endpoint_id = $2
            RETURNING \(columns)
            """, [tenant, endpoint.id, endpoint.url, words(endpoint.kinds), endpoint.state.rawValue])
    }

    static func rotate(
        _ tenant: TenantID, _ id: WebhookEndpointID, sealed: [UInt8], previous: [UInt8], until: Date
    ) -> PostgresQuery {
        PostgresQuery(
            "webhooks.rotate",
            """
            UPDATE webhook_endpoints
            SET secret_sealed = $3, previous_secret_sealed = $4, previous_until = $5, revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND endpoint_id = $2
            RETURNING \(columns)
            """, [tenant, id, sealed, previous, until])
    }

    /// With what still was to be told to it: its jobs find no event any more and end.
    static func remove(_ tenant: TenantID, _ id: WebhookEndpointID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.remove", "DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND endpoint_id = $2", [tenant, id])
    }

    static func endpoint(_ row: PostgresRow) throws -> WebhookEndpoint {
        let kinds = try row.decode("kinds", as: [String].self).compactMap(WebhookKind.init(rawValue:))
        return WebhookEndpoint(
            id: try row.decode("endpoint_id"), url: try row.decode("url"), kinds: Set(kinds),
            state: WebhookEndpoint.State(rawValue: try row.decode("state")) ?? .paused,
            previousSecretUntil: try row.decode("previous_until"), lastAnswer: try row.decode("last_answer"),
            failingSince: try row.decode("failing_since"), deliveredAt: try row.decode("delivered_at"),
            createdAt: try row.decode("created_at"), revision: try row.decode("revision"))
    }

    private static func words(_ kinds: Set<WebhookKind>) -> [String] { kinds.map(\.rawValue).sorted() }
}
