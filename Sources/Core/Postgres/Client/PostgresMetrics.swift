import Metrics
import Synchronization

/// What the client measures. Labels are the names of the database, of the role and of the queries: no data. Two pools of
/// one database differ in their role.
final class PostgresMetrics: Sendable {
    let inUse: Gauge
    let open: Gauge
    let waiting: Gauge
    /// Requests for a connection that were refused: timeout, too many waiting, closed.
    let refused: Counter
    private let labels: [(String, String)]
    private let factory: any MetricsFactory
    private let timers = Mutex<[String: Metrics.Timer]>([:])

    init(_ configuration: PostgresConfiguration, _ factory: any MetricsFactory) {
        self.factory = factory
        labels = [("database", configuration.database), ("role", configuration.username)]
        inUse = Gauge(label: "postgres_pool_in_use", dimensions: labels, factory: factory)
        open = Gauge(label: "postgres_pool_open", dimensions: labels, factory: factory)
        waiting = Gauge(label: "postgres_pool_waiting", dimensions: labels, factory: factory)
        refused = Counter(label: "postgres_pool_refused_total", dimensions: labels, factory: factory)
    }

    /// Records a round trip under the name of its first statement.
    func record(_ query: String, since start: ContinuousClock.Instant) {
        let timer = timers.withLock { timers in
            if let timer = timers[query] { return timer }
            let timer = Metrics.Timer(
                label: "postgres_query_duration", dimensions: labels + [("query", query)], factory: factory)
            timers[query] = timer
            return timer
        }
        let elapsed = ContinuousClock.now - start
        timer.recordNanoseconds(
            elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
    }
}
