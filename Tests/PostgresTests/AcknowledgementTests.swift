import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Acknowledgement")
struct AcknowledgementTests {
    private enum Told: Sendable {
        case done, undone, unclear
    }

    private final class Outcomes: Sendable {
        private let outcomes = Mutex<[Int: Told]>([:])

        var all: [Int: Told] { outcomes.withLock { $0 } }

        func set(_ id: Int, _ told: Told) {
            outcomes.withLock { $0[id] = told }
        }
    }

    private enum Way: CaseIterable {
        case query, pipeline, batch, transaction, commitRiding
    }

    @Test(
        "under connections that break at any moment: what was told done is there once, what was told undone is not there"
    )
    func neverWrong() async throws {
        var configuration = try await TestDatabase.fresh()
        let direct = configuration
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.maximum = 4
        configuration.pool.backoff = .milliseconds(2)
        configuration.pool.maximumBackoff = .milliseconds(10)
        let told = Outcomes()
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let rounds = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var id = worker
                        while rounds.value < 60 {
                            let outcome = try await insert(id, Way.allCases[id / 8 % Way.allCases.count], client)
                            told.set(id, outcome)
                            id += 8
                        }
                    }
                }
                for round in 0..<60 {
                    try await Task.sleep(for: .microseconds(Int.random(in: 5000...40_000)))
                    if round.isMultiple(of: 3) {
                        try await TestDatabase.killBackends(of: configuration)
                    } else {
                        proxy.dropAll()
                    }
                    _ = rounds.add()
                }
                try await group.waitForAll()
            }
        }
        try await eventually("the server has ended what was cut off") { try await connections(direct) == 0 }
        let there: [Int] = try await TestDatabase.withClient(direct) { client in
            try await client.query(PostgresQuery("test.ids", "SELECT id FROM t")).map { try $0.decode("id") }
        }
        let counts = Dictionary(there.map { ($0, 1) }, uniquingKeysWith: +)
        let outcomes = told.all
        for (id, outcome) in outcomes {
            let count = counts[id, default: 0]
            switch outcome {
            case .done: #expect(count == 1, "\(id) was told done")
            case .undone: #expect(count == 0, "\(id) was told undone")
            case .unclear: #expect(count <= 1, "\(id) was told unclear")
            }
        }
        // Each kind must have occurred, or the test has tested nothing.
        #expect(outcomes.values.contains(.done))
        #expect(outcomes.values.contains(.undone) || outcomes.values.contains(.unclear))
    }

    private func insert(_ id: Int, _ way: Way, _ client: PostgresClient) async throws -> Told {
        let insert = PostgresQuery("test.insert", "INSERT INTO t VALUES ($1)", [id])
        let other = PostgresQuery("test.other", "SELECT $1", [id])
        do {
            switch way {
            case .query: _ = try await client.query(insert)
            case .pipeline: _ = try await client.pipeline([other, insert])
            case .batch: _ = try await client.transactionBatch([insert, other])
            case .transaction:
                try await client.transaction { tx in
                    _ = try await tx.query(other)
                    _ = try await tx.query(insert)
                }
            case .commitRiding:
                try await client.transaction { tx in
                    _ = try await tx.query(other)
                    _ = try await tx.pipeline([insert], commit: true)
                }
            }
            return .done
        } catch let error as PostgresError where error.isTransient {
            return error.mayHaveTakenEffect ? .unclear : .undone
        }
    }
}
