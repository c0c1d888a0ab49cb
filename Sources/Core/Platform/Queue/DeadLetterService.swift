import PluginKit
import Postgres

/// Messages that were given up: to be seen, and to be sent again.
public struct DeadLetterService: Sendable {
    let directory: RegionDirectory
    let tenants: TenantService
    let audit: AuditTrail
    let wake: @Sendable (ShardID) -> Void

    /// Newest first.
    public func list(_ id: TenantID, _ page: PageRequest = PageRequest()) async throws -> Page<DeadLetter> {
        let shard = try directory.shard(try await tenants.find(id).shard)
        let before = try page.parts(1).map { parts in
            guard let job = Int64(parts[0]) else { throw PageRequest.badCursor }
            return job
        }
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(id),
            [
                PostgresQuery(
                    "dead-letters.list",
                    """
                    SELECT job_id, subject_id, attempts, fault_code, fault_message, dead_at
                    FROM queue_jobs
                    WHERE tenant_id = $1 AND kind = 'deliver' AND dead_at IS NOT NULL AND ($2::bigint IS NULL OR job_id < $2)
                      AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = $1 AND m.message_id = subject_id AND m.hidden)
                    ORDER BY job_id DESC
                    LIMIT $3
                    """, [id, before, page.limit + 1])
            ])[0]
        let letters = try rows.map { row in
            let letter = DeadLetter(
                message: try row.decode("subject_id"), attempts: Int(try row.decode("attempts", as: Int32.self)),
                fault: ChannelFault(
                    code: try row.decode("fault_code", as: String?.self) ?? "",
                    message: try row.decode("fault_message", as: String?.self) ?? ""), deadAt: try row.decode("dead_at")
            )
            return (job: try row.decode("job_id", as: Int64.self), letter: letter)
        }
        return page.cut(letters) { [String($0.job)] }.map(\.letter)
    }

    /// Puts a dead letter back at the end of its conversation's lane. The gate is asked again before it goes out.
    ///
    /// It is entered into the tenant's chain before the region commits: should that fail, the trail tells of something that did not
    /// happen, which is better than the other way round.
    /// - Throws: `.notFound` when the message is no dead letter of this tenant's.
    public func retry(_ id: TenantID, _ message: MessageID, _ cause: Cause) async throws {
        let shard = try directory.shard(try await tenants.find(id).shard)
        let statements =
            [
                PostgresQuery(
                    "dead-letters.remove",
                    """
                    WITH removed AS (
                        DELETE FROM queue_jobs
                        WHERE tenant_id = $1 AND kind = 'deliver' AND subject_id = $2 AND dead_at IS NOT NULL
                          AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = $1 AND m.message_id = $2 AND m.hidden)
                        RETURNING subject_id
                    )
                    UPDATE messages m
                    SET state = 'accepted', fault_code = NULL, fault_message = NULL, fault_remedy = NULL, updated_at = now()
                    FROM removed r
                    WHERE m.tenant_id = $1 AND m.message_id = r.subject_id AND m.state = 'failed'
                    RETURNING m.message_id
                    """, [id, message])
            ] + QueueStore.enqueueAccepted(id, message)
        try await shard.worker.transaction(settings: asTenant(id), retries: 0) { tx in
            let rows = try await tx.pipeline(statements)
            guard rows[0].affectedRows == 1 else { throw PlatformError.notFound("dead letter") }
            try await audit.enter(
                AuditRecord("dead_letter.retried", .init("message", message), cause), in: .tenant(id))
        }
        wake(shard.id)
    }
}
