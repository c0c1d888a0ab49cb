import Postgres

/// The counts of events that belong to nobody, as staff lists them.
struct UnroutableStore: Sendable {
    let control: PostgresClient

    /// The number that came up last first. That moment stays as it is while more events are counted, so that no page misses a number.
    func list(_ page: PageRequest) async throws -> Page<UnroutableCount> {
        let after = try page.parts(5)
        let moment = try after.map { parts in
            guard let moment = Int64(parts[0]) else { throw PageRequest.badCursor }
            return moment
        }
        let rows = try await control.query(
            PostgresQuery(
                "unroutable.list",
                """
                SELECT plugin, kind, address, reason, events, first_at, last_at, moment
                FROM (
                    SELECT plugin, kind, address, reason, sum(events)::bigint AS events, min(first_at) AS first_at,
                           max(last_at) AS last_at, (extract(epoch FROM min(first_at)) * 1000000)::bigint AS moment
                    FROM unroutable_events
                    GROUP BY plugin, kind, address, reason
                ) c
                WHERE $1::bigint IS NULL OR (moment, plugin, kind, address, reason) < ($1, $2, $3, $4, $5)
                ORDER BY moment DESC, plugin DESC, kind DESC, address DESC, reason DESC
                LIMIT $6
                """, [moment, after?[1], after?[2], after?[3], after?[4], page.limit + 1]))
        let counts = try rows.map { row in
            let count = UnroutableCount(
                plugin: try row.decode("plugin"), kind: try row.decode("kind"), address: try row.decode("address"),
                reason: try row.decode("reason"), events: try row.decode("events"), firstAt: try row.decode("first_at"),
                lastAt: try row.decode("last_at"))
            return (moment: try row.decode("moment", as: Int64.self), count: count)
        }
        return page.cut(counts) { item in
            [String(item.moment), item.count.plugin, item.count.kind, item.count.address, item.count.reason]
        }.map(\.count)
    }
}
