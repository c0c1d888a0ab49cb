import CoreMetrics
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Metrics")
struct MetricsTests {
    @Test("durations are kept by the statement's name, and the pool tells what is lent, open and waited for")
    func recorded() async throws {
        let metrics = RecordedMetrics()
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        configuration.pool.maxWaiters = 1
        configuration.pool.acquisitionTimeout = .seconds(60)
        let client = PostgresClient(configuration: configuration, logger: .quiet, metrics: metrics)
        for _ in 0..<3 { _ = try await client.query(PostgresQuery("test.one", "SELECT 1")) }
        let two = PostgresQuery("test.two", "SELECT 2")
        _ = try await client.transactionBatch([two, PostgresQuery("test.three", "SELECT 3")])
        try await client.transaction { tx in
            _ = try await tx.query(two)
            let waiting = Task { try await client.query(PostgresQuery("test.late", "SELECT 4")) }
            // Recorded once a second.
            try await eventually("it is recorded that one waits") {
                metrics.values["postgres_pool_waiting"]?.last == 1
            }
            let refused = await failure { _ = try await client.query(two) }
            #expect(refused?.code == .tooManyWaiters)
            waiting.cancel()
            await failure { _ = try await waiting.value }
        }
        await client.close()
        func count(_ name: String) -> Int { metrics.values["postgres_query_duration \(name)"]?.count ?? 0 }
        #expect(count("test.one") == 3)
        #expect(count("test.two") == 2)
        #expect(count("test.three") == 0)
        #expect(metrics.values["postgres_query_duration test.one"]?.allSatisfy { $0 > 0 } == true)
        #expect(metrics.values["postgres_pool_in_use"]?.contains(1) == true)
        #expect(metrics.values["postgres_pool_open"]?.contains(1) == true)
        #expect(metrics.values["postgres_pool_refused_total"] == [1])
    }

    @Test("two pools of one database are told apart by their role")
    func twoPools() async throws {
        let metrics = RecordedMetrics()
        var configuration = try await TestDatabase.installed("region")
        for role in ["obhut_app", "obhut_worker"] {
            configuration.username = role
            let client = PostgresClient(configuration: configuration, logger: .quiet, metrics: metrics)
            _ = try await client.query(PostgresQuery("test.one", "SELECT 1"))
            await client.close()
        }
        let database = configuration.database
        for role in ["obhut_app", "obhut_worker"] {
            let labels = ["database=\(database)", "role=\(role)"]
            #expect(metrics.dimensions["postgres_pool_open"]?.contains(labels) == true)
            #expect(metrics.dimensions["postgres_query_duration"]?.contains(labels + ["query=test.one"]) == true)
        }
    }
}

/// Every value recorded, by label and query.
private final class RecordedMetrics: MetricsFactory {
    private let recorded = Mutex<[String: [Double]]>([:])
    private let made = Mutex<[String: Set<[String]>]>([:])

    var values: [String: [Double]] { recorded.withLock { $0 } }

    /// The labels that metrics of a name were made with, as `name=value`.
    var dimensions: [String: Set<[String]>] { made.withLock { $0 } }

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        let name: String
        let metrics: RecordedMetrics

        init(_ name: String, _ metrics: RecordedMetrics) {
            self.name = name
            self.metrics = metrics
        }

        private func append(_ value: Double) {
            metrics.recorded.withLock { $0[name, default: []].append(value) }
        }

        func increment(by amount: Int64) { append(Double(amount)) }
        func reset() {}
        func record(_ value: Int64) { append(Double(value)) }
        func record(_ value: Double) { append(value) }
        func recordNanoseconds(_ duration: Int64) { append(Double(duration)) }
    }

    private func handler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        made.withLock { _ = $0[label, default: []].insert(dimensions.map { "\($0.0)=\($0.1)" }) }
        let query = dimensions.first { $0.0 == "query" }
        return Handler(query.map { "\(label) \($0.1)" } ?? label, self)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        handler(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
