import Hummingbird
import Platform
import PluginKit

/// For load balancers and monitoring: open to anyone, and tells nothing of tenants. Numbers are for those who watch.
struct HealthRoutes: Sendable {
    let installation: Installation
    let access: Access
    /// What `/readyz` is to show, so that whoever started this process knows that it is the one that answers.
    let instance: String?
    let metrics: PrometheusMetrics

    func add(to router: Router<RequestScope>) {
        router.get(
            "healthz",
            use: access.anyone { _, _ in Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ok\n"))) })
        router.get("readyz", use: access.anyone(ready))
        router.get("metrics", use: access.watcher(scrape))
    }

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
