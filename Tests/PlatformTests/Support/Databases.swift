import Postgres
import TestSupport

/// The databases of one region and its control plane, as `obhut migrate` makes them.
struct Databases: Sendable {
    let region: PostgresConfiguration
    let control: PostgresConfiguration

    private static let lender = Lender()

    /// Lends databases that hold nothing, to `body` alone. They are made when first needed, emptied afterwards and lent again: to
    /// make one takes longer than most tests.
    static func lend(_ body: @Sendable (Databases) async throws -> Void) async throws {
        let databases = try await lender.take()
        do {
            try await body(databases)
        } catch {
            try await lender.giveBack(databases)
            throw error
        }
        try await lender.giveBack(databases)
    }

    fileprivate static func make() async throws -> Databases {
        Databases(
            region: try await TestDatabase.installed("region"), control: try await TestDatabase.installed("control"))
    }

    fileprivate func empty() async throws {
        for configuration in [region, control] {
            try await TestDatabase.withClient(configuration) { _ = try await $0.query(Self.deletion) }
        }
    }

    private static let deletion = PostgresQuery(
        "test.empty",
        """
        DO $$
        DECLARE
            name text;
        BEGIN
            -- Foreign keys do not matter when everything goes.
            SET LOCAL session_replication_role = replica;
            FOR name IN SELECT relname FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations'
            LOOP
                EXECUTE format('DELETE FROM %I', name);
            END LOOP;
        END
        $$
        """)
}

/// Lends to so many at a time: a test with a region needs a dozen connections, and the tests' server has 300 for all.
private actor Lender {
    private var left = 6
    private var idle: [Databases] = []
    private var line: [CheckedContinuation<Void, Never>] = []

    func take() async throws -> Databases {
        while true {
            if let databases = idle.popLast() { return databases }
            if left > 0 {
                left -= 1
                do {
                    return try await Databases.make()
                } catch {
                    release()
                    throw error
                }
            }
            await withCheckedContinuation { line.append($0) }
        }
    }

    func giveBack(_ databases: Databases) async throws {
        do {
            try await databases.empty()
        } catch {
            release()
            throw error
        }
        idle.append(databases)
        wakeNext()
    }

    private func release() {
        left += 1
        wakeNext()
    }

    private func wakeNext() {
        if !line.isEmpty { line.removeFirst().resume() }
    }
}
