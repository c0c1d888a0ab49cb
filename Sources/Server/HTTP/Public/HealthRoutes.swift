import Hummingbird
import Platform
import PluginKit

/// For load balancers and monitoring: open to anyone, and tells nothing of tenants. Numbers are for those who watch.
struct HealthRoutes: Sendable {
    let installation: Installation
    /// What `/readyz` is to show, so that whoever started this process knows that it is the one that answers.
    let instance: String?
    let metrics: PrometheusMetrics

    func add(to surface: Surface) {
        surface.anyone(.get, "healthz", Self.aboutHealth, isLimited: false) { _, _ in
            Response(
                status: .ok, headers: [.contentType: Self.plainText],
                body: .init(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        surface.anyone(.get, "readyz", Self.aboutReadiness, isLimited: false, use: ready)
        surface.watcher(.get, "metrics", Self.aboutMetrics, use: scrape)
    }

    private static let plainText = "text/plain; charset=utf-8"

    private static let aboutHealth = OperationReference(
        "health", "Is `ok` while the process runs.", answers: .content(plainText))
    private static let aboutReadiness = OperationReference(
        "readiness", "Names each database and whether it answers.",
        answers: .named("Readiness"), .named("Readiness", status: 503))
    private static let aboutMetrics = OperationReference(
        "metrics", "Numbers in Prometheus' text format.", answers: .content("text/plain; version=0.0.4; charset=utf-8"))

    @Sendable func ready(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let found = await installation.readiness()
        let checks =
            [(name: "control", isReady: found.control)]
            + found.shards.map { (name: $0.id.rawValue, isReady: $0.isReady) }
        var answer = JSONObject([
            ("ready", .bool(found.isReady)),
            ("checks", .array(checks.map { ["name": .string($0.name), "ready": .bool($0.isReady)] })),
        ])
        if let instance { answer["instance"] = .string(instance) }
        return JSON.object(answer).response(status: found.isReady ? 200 : 503)
    }

    @Sendable func scrape(_ request: Request, _ scope: RequestScope) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
    }
}
