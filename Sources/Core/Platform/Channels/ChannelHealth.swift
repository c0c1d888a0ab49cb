public import PluginKit
import Postgres

public import struct Foundation.Date

/// What a messenger said of a channel, and when.
public struct ChannelHealth: Sendable {
    public var report: HealthReport
    public var checkedAt: Date
}

/// The SQL of what is remembered of channels' health.
enum ChannelHealthStore {
    /// Claims the right to look: a row for the one who may, when the last look is longer ago than that.
    static func claim(_ tenant: TenantID, _ channel: ChannelID, every interval: Duration) -> PostgresQuery {
        PostgresQuery(
            "channel-health.claim",
            """
            INSERT INTO channel_health AS h (tenant_id, channel_id, asked_at)
            SELECT tenant_id, channel_id, now()
            FROM channels
            WHERE tenant_id = $1 AND channel_id = $2 AND joined_at IS NOT NULL AND state <> 'disconnected'
            ON CONFLICT (tenant_id, channel_id) DO UPDATE SET asked_at = now()
            WHERE h.asked_at <= now() - $3::bigint * interval '1 second'
            RETURNING channel_id
            """, [tenant, channel, Int(interval.components.seconds)])
    }

    static func remember(_ tenant: TenantID, _ channel: ChannelID, _ report: HealthReport) -> PostgresQuery {
        PostgresQuery(
            "channel-health.remember",
            """
            INSERT INTO channel_health (tenant_id, channel_id, asked_at, checked_at, findings)
            VALUES ($1, $2, now(), now(), $3::text::jsonb)
            ON CONFLICT (tenant_id, channel_id) DO UPDATE
            SET asked_at = now(), checked_at = now(), findings = excluded.findings
            RETURNING checked_at
            """, [tenant, channel, text(report)])
    }

    static func last(_ tenant: TenantID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "channel-health.last",
            """
            SELECT checked_at, findings::text AS findings
            FROM channel_health
            WHERE tenant_id = $1 AND channel_id = $2 AND checked_at IS NOT NULL
            """, [tenant, channel])
    }

    private static func text(_ report: HealthReport) -> String {
        JSON.array(
            report.findings.map {
                ["name": .string($0.name), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
            }
        ).text
    }

    static func health(_ row: PostgresRow) throws -> ChannelHealth {
        let text = try row.decode("findings", as: String.self)
        let findings = ((try? JSON(parsing: Array(text.utf8)))?.array ?? []).compactMap {
            json -> HealthReport.Finding? in
            guard let name = json["name"]?.string,
                let state = json["state"]?.string.flatMap(HealthReport.State.init(rawValue:)),
                let detail = json["detail"]?.string
            else { return nil }
            return .init(name: name, state: state, detail: detail)
        }
        return ChannelHealth(report: HealthReport(findings), checkedAt: try row.decode("checked_at"))
    }
}
