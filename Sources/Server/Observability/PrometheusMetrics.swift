import CoreMetrics
import Synchronization

/// Metrics in memory, scraped in Prometheus' text format. Labels are chosen from fixed sets and never name a person.
final class PrometheusMetrics: MetricsFactory {
    struct Key: Hashable, Sendable {
        var name: String
        var labels: String
    }

    private struct Series {
        var counters: [Key: Counter] = [:]
        var gauges: [Key: Gauge] = [:]
        var summaries: [Key: Summary] = [:]
    }

    private let series = Mutex(Series())

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let key = Self.key(label, dimensions)
        return series.withLock { series in
            if let known = series.counters[key] { return known }
            let new = Counter()
            series.counters[key] = new
            return new
        }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let key = Self.key(label, dimensions)
        return series.withLock { series -> any RecorderHandler in
            if aggregate {
                if let known = series.summaries[key] { return known }
                let new = Summary()
                series.summaries[key] = new
                return new
            }
            if let known = series.gauges[key] { return known }
            let new = Gauge()
            series.gauges[key] = new
            return new
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let key = Self.key(label + "_seconds", dimensions)
        return series.withLock { series in
            if let known = series.summaries[key] { return known }
            let new = Summary()
            series.summaries[key] = new
            return new
        }
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// The text that Prometheus scrapes.
    func text() -> String {
        let (counters, gauges, summaries) = series.withLock { ($0.counters, $0.gauges, $0.summaries) }
        var lines: [String] = []
        for (name, keys) in Self.byName(counters.keys) {
            lines.append("# TYPE \(name) counter")
            for key in keys { lines.append("\(name)\(key.labels) \(counters[key]?.value ?? 0)") }
        }
        for (name, keys) in Self.byName(gauges.keys) {
            lines.append("# TYPE \(name) gauge")
            for key in keys { lines.append("\(name)\(key.labels) \(gauges[key]?.value ?? 0)") }
        }
        for (name, keys) in Self.byName(summaries.keys) {
            lines.append("# TYPE \(name) summary")
            for key in keys {
                let (count, sum) = summaries[key]?.values ?? (0, 0)
                lines.append("\(name)_count\(key.labels) \(count)")
                lines.append("\(name)_sum\(key.labels) \(sum)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func byName(_ keys: some Collection<Key>) -> [(String, [Key])] {
        Dictionary(grouping: keys, by: \.name).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { $0.labels < $1.labels }) }
    }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
        let labels = dimensions.map { "\(plain($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
        return Key(name: plain(label), labels: labels.isEmpty ? "" : "{\(labels)}")
    }

    private static func plain(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private final class Counter: CounterHandler {
        private let count = Atomic<Int64>(0)
        var value: Int64 { count.load(ordering: .relaxed) }
        func increment(by amount: Int64) { count.add(amount, ordering: .relaxed) }
        func reset() { count.store(0, ordering: .relaxed) }
    }

    private final class Gauge: RecorderHandler {
        private let last = Mutex(0.0)
        var value: Double { last.withLock { $0 } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { last.withLock { $0 = value } }
    }

    private final class Summary: RecorderHandler, TimerHandler {
        private let state = Mutex((count: 0, sum: 0.0))
        var values: (Int, Double) { state.withLock { ($0.count, $0.sum) } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) {
            state.withLock { state in
                state.count += 1
                state.sum += value
            }
        }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
    }
}
