import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The first job of a lane with all that telling it needs.
struct WebhookJob: QueuedJob {
    struct Event: Sendable {
        var kind: WebhookKind
        /// A message, or a consent event.
        var subject: UUID
        var state: String?
        var occurredAt: Date
        var endpoint: WebhookEndpointID
        var url: String
        var isPaused: Bool
        var secretSealed: [UInt8]
        var previousSealed: [UInt8]?
    }

    let id: Int64
    let event: WebhookEventID
    var subject: UUID { event.rawValue }
    let failures: Int
    /// Nil when the endpoint was removed.
    let about: Event?

    static func first(of lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "webhooks.first",
            """
            SELECT j.job_id, j.subject_id AS event_id, j.failures, e.kind, e.subject_id, e.state, e.occurred_at,
                   p.endpoint_id, p.url, p.state AS endpoint_state, p.secret_sealed,
                   CASE WHEN p.previous_until > now() THEN p.previous_secret_sealed END AS previous_secret_sealed
            FROM queue_jobs j
            LEFT JOIN webhook_events e ON e.tenant_id = j.tenant_id AND e.event_id = j.subject_id
            LEFT JOIN webhook_endpoints p ON p.tenant_id = e.tenant_id AND p.endpoint_id = e.endpoint_id
            WHERE j.tenant_id = $1 AND j.kind = $2 AND j.lane_id = $3 AND j.dead_at IS NULL
            ORDER BY j.job_id
            LIMIT 1
            """, [lane.tenant, lane.kind, lane.id])
    }

    init(_ row: PostgresRow) throws {
        id = try row.decode("job_id")
        event = try row.decode("event_id")
        failures = Int(try row.decode("failures", as: Int32.self))
        guard let endpoint = try row.decode("endpoint_id", as: WebhookEndpointID?.self),
            let kind = WebhookKind(rawValue: try row.decode("kind"))
        else {
            about = nil
            return
        }
        about = Event(
            kind: kind, subject: try row.decode("subject_id"), state: try row.decode("state"),
            occurredAt: try row.decode("occurred_at"), endpoint: endpoint, url: try row.decode("url"),
            isPaused: try row.decode("endpoint_state", as: String.self) != WebhookEndpoint.State.active.rawValue,
            secretSealed: try row.decode("secret_sealed"), previousSealed: try row.decode("previous_secret_sealed"))
    }
}

extension WebhookStore {
    static func told(_ tenant: TenantID, _ event: WebhookEventID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.told", "DELETE FROM webhook_events WHERE tenant_id = $1 AND event_id = $2", [tenant, event])
    }

    /// - Parameter isTaken: whether the endpoint took what it was told.
    static func answered(
        _ tenant: TenantID, _ id: WebhookEndpointID, _ answer: String, isTaken: Bool
    ) -> PostgresQuery {
        PostgresQuery(
            "webhooks.answered",
            """
            UPDATE webhook_endpoints
            SET last_answer = $3, failing_since = CASE WHEN $4 THEN NULL ELSE coalesce(failing_since, now()) END,
                delivered_at = CASE WHEN $4 THEN now() ELSE delivered_at END
            WHERE tenant_id = $1 AND endpoint_id = $2
            """, [tenant, id, answer, isTaken])
    }

    /// The endpoint said that it is gone for good.
    static func pause(_ tenant: TenantID, _ id: WebhookEndpointID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.pause",
            """
            UPDATE webhook_endpoints
            SET state = 'paused', revision = revision + 1, updated_at = now()
            WHERE tenant_id = $1 AND endpoint_id = $2 AND state = 'active'
            """, [tenant, id])
    }

    static func consent(_ tenant: TenantID, event: UUID) -> PostgresQuery {
        PostgresQuery(
            "webhooks.consent",
            """
            SELECT e.kind, e.occurred_at, k.contact_id, e.channel_id, e.purpose, c.state, c.since, c.expires_at
            FROM consent_events e
            JOIN contacts p ON p.tenant_id = e.tenant_id AND p.contact_id = e.contact_id
            JOIN contacts k ON k.tenant_id = p.tenant_id AND k.contact_id = coalesce(p.merged_into, p.contact_id)
            JOIN effective_consents c ON c.tenant_id = e.tenant_id AND c.contact_id = k.contact_id AND c.channel_id = e.channel_id
                 AND c.purpose = e.purpose
            WHERE e.tenant_id = $1 AND e.consent_event_id = $2
            """, [tenant, event])
    }
}
