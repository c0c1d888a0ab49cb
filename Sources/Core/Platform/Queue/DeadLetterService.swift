import PluginKit
import Postgres

/// Messages that were given up: to be seen, and to be sent again.
public struct DeadLetterService: Sendable {
    let directory: RegionDirectory
    let tenants: TenantService
    let wake: @Sendable (ShardID) -> Void

    public func list(_ id: TenantID) async throws -> [DeadLetter] {
        let shard = try directory.shard(try await tenants.find(id).shard)
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(id),
            [
                PostgresQuery(
                    "dead-letters.list",
                    """
                    SELECT subject_id, attempts, fault_code, fault_message, dead_at
                    FROM queue_jobs
                    WHERE tenant_id = $1 AND kind = 'deliver' AND dead_at IS NOT NULL
                    ORDER BY job_id DESC
                    LIMIT 1000
                    """, [id])
            ])[0]
        return try rows.map { row in
            DeadLetter(
                message: try row.decode("subject_id"), attempts: Int(try row.decode("attempts", as: Int32.self)),
                fault: ChannelFault(
                    code: try row.decode("fault_code", as: String?.self) ?? "",
                    message: try row.decode("fault_message", as: String?.self) ?? ""), deadAt: try row.decode("dead_at")
            )
        }
    }

    /// Puts a dead letter back at the end of its conversation's lane. The gate is asked again before it goes out.
    /// - Throws: `.notFound` when the message is no dead letter of this tenant's.
    public func retry(_ id: TenantID, _ message: MessageID) async throws {
        let shard = try directory.shard(try await tenants.find(id).shard)
        let statements =
            [
                PostgresQuery(
                    "dead-letters.remove",
                    """
                    WITH removed AS (
                        DELETE FROM queue_jobs
                        WHERE tenant_id = $1 AND kind = 'deliver' AND subject_id = $2 AND dead_at IS NOT NULL
                        RETURNING subject_id
                    )
                    UPDATE messages m
                    SET state = 'accepted', fault_code = NULL, fault_message = NULL, fault_remedy = NULL, updated_at = now()
                    FROM removed r
                    WHERE m.tenant_id = $1 AND m.message_id = r.subject_id AND m.state = 'failed'
                    RETURNING m.message_id
                    """, [id, message])
            ] + QueueStore.enqueueAccepted(id, message)
        let rows = try await shard.worker.transaction(settings: asTenant(id)) { tx in
            try await tx.pipeline(statements, commit: true)
        }
        guard rows[0].affectedRows == 1 else { throw PlatformError.notFound("dead letter") }
        wake(shard.id)
    }
}
