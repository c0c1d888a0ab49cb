import Logging
import Postgres
import ServiceLifecycle

/// Removes from a shard what has served its time.
struct Housekeeper: Service {
    static let interval = Duration.seconds(600)
    /// Rows removed by one statement, so that none holds its locks long.
    static let portion = 5000

    let shard: Shard
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await removeExpiredKeys() == Self.portion {}
                    while try await removeImports() == Self.portion {}
                    try await QuarantineKeeper(shard: shard).keep()
                    while try await removeExpiredCodes() == Self.portion {}
                    try await ConsentKeeper(shard: shard).keep()
                } catch {
                    logger.warning(
                        "expired rows could not be removed", metadata: ["shard": "\(shard.id)", "error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Idempotency keys are kept for 48 hours; the policy `expired` shows workers the older ones alone, whosever they are.
    private func removeExpiredKeys() async throws -> Int {
        try await shard.worker.query(
            PostgresQuery(
                "housekeeping.idempotency-keys",
                """
                DELETE FROM idempotency_keys
                WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '48 hours'
                      AND tenant_id <> ALL (ARRAY(SELECT tenant_id FROM tenant_standing WHERE movement IS NOT NULL))
                    ORDER BY created_at LIMIT $1))
                """, [Self.portion])
        ).affectedRows
    }

    /// Imports long over, with their faults, and those that never got a file; the policy `over` shows workers these alone.
    private func removeImports() async throws -> Int {
        try await shard.worker.query(
            PostgresQuery(
                "housekeeping.consent-imports",
                "DELETE FROM consent_imports WHERE ctid = ANY (ARRAY(SELECT ctid FROM consent_imports ORDER BY touched_at LIMIT $1))",
                [Self.portion])
        ).affectedRows
    }

    /// Codes that nobody sent, with all that was agreed under them.
    func removeExpiredCodes() async throws -> Int {
        try await shard.worker.query(EntryCodes.removeExpired(atMost: Self.portion)).affectedRows
    }
}
