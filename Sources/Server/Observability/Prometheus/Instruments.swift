import CoreMetrics
import Synchronization

/// Counts up.
final class PrometheusCounter: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.add(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}

/// Holds the last value.
final class PrometheusGauge: RecorderHandler {
    private let last = Mutex(0.0)

    var value: Double { last.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { last.withLock { $0 = value } }
}

/// Counts values, sums them up, and sorts them into buckets; without bounds it is what Prometheus calls a summary.
final class PrometheusDistribution: RecorderHandler, TimerHandler {
    /// From a millisecond to ten seconds: what lies between a request that reads a cache and one that waits for a database.
    static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Values: Sendable {
        var count = 0
        var sum = 0.0
        /// How many values fell into each bucket and into none before it; one more than there are bounds.
        var buckets: [Int]
    }

    let bounds: [Double]
    private let state: Mutex<Values>

    init(bounds: [Double] = []) {
        self.bounds = bounds
        state = Mutex(Values(buckets: [Int](repeating: 0, count: bounds.count + 1)))
    }

    var values: Values { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.count += 1
            state.sum += value
            state.buckets[bucket] += 1
        }
    }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
}
