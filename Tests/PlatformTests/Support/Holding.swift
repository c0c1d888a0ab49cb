import Postgres
import TestSupport
import Testing

@testable import Platform

extension PostgresClient {
    /// Keeps a transaction open in which one statement was run, so that whoever wants the same rows waits; rolled back when `body`
    /// calls `release`, at its end at the latest.
    func holding(
        _ sql: String, _ parameters: [any PostgresEncodable] = [],
        _ body: @Sendable (_ release: @Sendable () async throws -> Void) async throws -> Void
    ) async throws {
        struct Undone: Error {}
        let (held, released, done) = (Latch(), Latch(), Latch())
        let holder = Task {
            defer {
                held.open()
                done.open()
            }
            do {
                try await transaction { tx in
                    _ = try await tx.query(PostgresQuery("test.hold", sql, parameters))
                    held.open()
                    await released.wait()
                    throw Undone()
                }
            } catch is Undone {}
        }
        await held.wait()
        do {
            try await body {
                released.open()
                await done.wait()
            }
        } catch {
            released.open()
            _ = await holder.result
            throw error
        }
        released.open()
        try await holder.value
    }

    /// How many statements in this database wait for a lock now.
    func waitingCount() async throws -> Int {
        let query = PostgresQuery(
            "test.waiting",
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return try await self.query(query)[0].decode(0)
    }

    func untilWaiting(_ count: Int) async throws {
        try await eventually("\(count) wait for a lock") { try await waitingCount() >= count }
    }
}
