/// Series written out in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private typealias Key = PrometheusMetrics.Key

    private var lines: [String] = []

    var text: String { lines.joined(separator: "\n") + "\n" }

    init(_ series: PrometheusMetrics.Series) {
        for (name, keys) in Self.byName(series.counters.keys) {
            lines.append("# TYPE \(name) counter")
            for key in keys { add(name, key.labels, "\(series.counters[key]?.value ?? 0)") }
        }
        for (name, keys) in Self.byName(series.gauges.keys) {
            lines.append("# TYPE \(name) gauge")
            for key in keys { add(name, key.labels, "\(series.gauges[key]?.value ?? 0)") }
        }
        for (name, keys) in Self.byName(series.distributions.keys) {
            let isHistogram = keys.contains { series.distributions[$0]?.bounds.isEmpty == false }
            lines.append("# TYPE \(name) \(isHistogram ? "histogram" : "summary")")
            for key in keys { series.distributions[key].map { add(name, key.labels, $0) } }
        }
    }

    private mutating func add(_ name: String, _ labels: String, _ distribution: PrometheusDistribution) {
        let values = distribution.values
        if !distribution.bounds.isEmpty {
            var sum = 0
            for (bound, count) in zip(distribution.bounds.map { "\($0)" } + ["+Inf"], values.buckets) {
                sum += count
                add(name + "_bucket", (labels.isEmpty ? "" : labels + ",") + "le=\"\(bound)\"", "\(sum)")
            }
        }
        add(name + "_count", labels, "\(values.count)")
        add(name + "_sum", labels, "\(values.sum)")
    }

    private mutating func add(_ name: String, _ labels: String, _ value: String) {
        lines.append(labels.isEmpty ? "\(name) \(value)" : "\(name){\(labels)} \(value)")
    }

    private static func byName(_ keys: some Collection<Key>) -> [(String, [Key])] {
        Dictionary(grouping: keys, by: \.name).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.sorted { $0.labels < $1.labels }) }
    }
}
