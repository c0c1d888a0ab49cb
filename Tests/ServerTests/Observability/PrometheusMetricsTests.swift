import CoreMetrics
import Testing

@testable import Server

@Suite struct PrometheusMetricsTests {
    let metrics = PrometheusMetrics()

    private var lines: [String] { metrics.text().split(separator: "\n").map(String.init) }

    @Test func `every metric has its type before its samples, sorted by name and labels`() {
        metrics.makeCounter(label: "requests", dimensions: [("status", "500")]).increment(by: 1)
        metrics.makeCounter(label: "requests", dimensions: [("status", "200")]).increment(by: 41)
        metrics.makeCounter(label: "requests", dimensions: [("status", "200")]).increment(by: 1)
        metrics.makeCounter(label: "errors", dimensions: []).increment(by: 3)
        metrics.makeRecorder(label: "queue", dimensions: [], aggregate: false).record(Int64(7))
        metrics.makeTimer(label: "send", dimensions: [("to", "meta")]).recordNanoseconds(1_500_000_000)
        #expect(
            lines == [
                "# TYPE errors counter", "errors 3", "# TYPE requests counter", #"requests{status="200"} 42"#,
                #"requests{status="500"} 1"#, "# TYPE queue gauge", "queue 7.0", "# TYPE send_seconds summary",
                #"send_seconds_count{to="meta"} 1"#, #"send_seconds_sum{to="meta"} 1.5"#,
            ])
        #expect(metrics.text().hasSuffix("\n"))
    }

    @Test func `a gauge holds the last value, an aggregate its count and sum, a timer counts in seconds`() {
        let gauge = metrics.makeRecorder(label: "depth", dimensions: [], aggregate: false)
        for value in [3, 9, 2] as [Int64] { gauge.record(value) }
        let sizes = metrics.makeRecorder(label: "size", dimensions: [], aggregate: true)
        for value in [0.5, 1.5, 2] { sizes.record(value) }
        let timer = metrics.makeTimer(label: "wait", dimensions: [])
        for _ in 0..<3 { timer.recordNanoseconds(250_000_000) }
        for line in ["depth 2.0", "size_count 3", "size_sum 4.0", "wait_seconds_count 3", "wait_seconds_sum 0.75"] {
            #expect(lines.contains(line))
        }
    }

    @Test func `a counter that was reset begins at nothing`() {
        let counter = metrics.makeCounter(label: "c", dimensions: [])
        counter.increment(by: 5)
        counter.reset()
        #expect(lines.contains("c 0"))
    }

    @Test(arguments: [
        ("plain", #"plain"#), ("a\"b", #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), ("\\\"\n", #"\\\"\n"#),
        ("ä€", "ä€"), ("", ""),
        ("a}b{c=\"d\"", #"a}b{c=\"d\""#),
    ])
    func `a label's value is escaped as the format wants`(value: String, escaped: String) {
        metrics.makeCounter(label: "c", dimensions: [("k", value)]).increment(by: 1)
        #expect(lines == ["# TYPE c counter", #"c{k="\#(escaped)"} 1"#])
    }

    @Test(arguments: [
        ("http.requests-total", "http_requests_total"), ("a b", "a_b"), ("ä", "_"),
        ("a\n# TYPE b counter", "a___TYPE_b_counter"), ("A9_z", "A9_z"),
    ])
    func `a name has only characters that Prometheus takes`(name: String, plain: String) {
        metrics.makeCounter(label: name, dimensions: [(name, "v")]).increment(by: 1)
        #expect(lines == ["# TYPE \(plain) counter", #"\#(plain){\#(plain)="v"} 1"#])
    }

    @Test func `several labels stand side by side`() {
        metrics.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")]).increment(by: 1)
        #expect(lines.last == #"c{a="1",b="2"} 1"#)
    }

    @Test func `nothing counted is an empty page that Prometheus can read`() {
        #expect(metrics.text() == "\n")
    }

    @Test func `many that count at once lose nothing`() async {
        let metrics = metrics
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        metrics.makeCounter(label: "c", dimensions: [("k", "v")]).increment(by: 1)
                        metrics.makeTimer(label: "t", dimensions: []).recordNanoseconds(1_000_000_000)
                    }
                }
            }
        }
        #expect(lines.contains(#"c{k="v"} 4000"#))
        #expect(lines.contains("t_seconds_count 4000") && lines.contains("t_seconds_sum 4000.0"))
    }
}
