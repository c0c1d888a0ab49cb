import CoreMetrics
import HTTPTypes
import Hummingbird
import Synchronization

/// Counts requests and how long their answers took. Labels are the route's template and words of fixed sets, never anything a caller
/// wrote.
struct RequestMetrics: RouterMiddleware {
    private struct Labels: Hashable, Sendable {
        var surface: String
        var route: String
        var method: String

        var dimensions: [(String, String)] { [("surface", surface), ("route", route), ("method", method)] }
    }

    private struct Requests: Hashable, Sendable {
        var labels: Labels
        var status: String
    }

    private final class Instruments: Sendable {
        let counters = Mutex<[Requests: Counter]>([:])
        let timers = Mutex<[Labels: CoreMetrics.Timer]>([:])
    }

    private let instruments = Instruments()

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        let response = try await next(request, context)
        let route = Self.route(context.endpointPath)
        let labels = Labels(surface: Self.surface(route), route: route, method: Self.method(request.method))
        count(Requests(labels: labels, status: "\(response.status.code / 100)xx"))
        record(labels, ContinuousClock.now - began)
        return response
    }

    private func count(_ requests: Requests) {
        let counter = instruments.counters.withLock { counters in
            if let known = counters[requests] { return known }
            let new = Counter(
                label: "http_requests_total", dimensions: requests.labels.dimensions + [("status", requests.status)])
            counters[requests] = new
            return new
        }
        counter.increment()
    }

    private func record(_ labels: Labels, _ time: Duration) {
        let timer = instruments.timers.withLock { timers in
            if let known = timers[labels] { return known }
            let new = CoreMetrics.Timer(label: "http_request_duration", dimensions: labels.dimensions)
            timers[labels] = new
            return new
        }
        timer.recordNanoseconds(time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000)
    }

    /// The template; what found no route has none.
    static func route(_ template: String?) -> String {
        template.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none"
    }

    static func surface(_ route: String) -> String {
        switch route.split(separator: "/").first {
        case "none": "none"
        case "admin": "admin"
        case "api": "tenant"
        case "ingress": "ingress"
        case .some(let part) where part.hasPrefix("{"): "cloud-api"
        default: "public"
        }
    }

    static func method(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}
