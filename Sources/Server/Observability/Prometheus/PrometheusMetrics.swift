import CoreMetrics
import Synchronization

/// Metrics in memory, scraped in Prometheus' text format. Labels are chosen from fixed sets and never name a person.
final class PrometheusMetrics: MetricsFactory {
    struct Key: Hashable, Sendable {
        var name: String
        /// As they stand in the text, without the braces.
        var labels: String
    }

    struct Series: Sendable {
        var counters: [Key: PrometheusCounter] = [:]
        var gauges: [Key: PrometheusGauge] = [:]
        var distributions: [Key: PrometheusDistribution] = [:]
    }

    /// Timers that are kept in buckets. The others have too many labels for that.
    static let histograms: Set<String> = ["http_request_duration"]

    private let series = Mutex(Series())

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let key = Self.key(label, dimensions)
        return series.withLock { $0.counters.known(key, or: PrometheusCounter()) }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let key = Self.key(label, dimensions)
        return series.withLock { series -> any RecorderHandler in
            aggregate
                ? series.distributions.known(key, or: PrometheusDistribution())
                : series.gauges.known(key, or: PrometheusGauge())
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let key = Self.key(label + "_seconds", dimensions)
        let bounds = Self.histograms.contains(label) ? PrometheusDistribution.seconds : []
        return series.withLock { $0.distributions.known(key, or: PrometheusDistribution(bounds: bounds)) }
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// The text that Prometheus scrapes.
    func text() -> String { PrometheusText(series.withLock { $0 }).text }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
        Key(
            name: plain(label),
            labels: dimensions.map { "\(plain($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ","))
    }

    private static func plain(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension Dictionary {
    fileprivate mutating func known(_ key: Key, or new: @autoclosure () -> Value) -> Value {
        if let known = self[key] { return known }
        let made = new()
        self[key] = made
        return made
    }
}
