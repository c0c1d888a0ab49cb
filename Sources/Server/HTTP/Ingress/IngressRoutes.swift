import Hummingbird
import Platform
import PluginKit

/// `/ingress/{plugin}/{route}`: where messengers' webhooks enter. Open to anyone; the plugin checks the signature over the raw bytes
/// before anything of the body is looked at.
struct IngressRoutes: Sendable {
    let installation: Installation

    func add(to surface: Surface) {
        let ingress = surface.under("ingress")
        ingress.anyone(.get, "{plugin}/{route}", Self.aboutHandshake, use: handshake)
        ingress.anyone(.post, "{plugin}/{route}", Self.aboutWebhook, by: .messenger, use: receive)
    }

    private static let aboutHandshake = OperationReference(
        "answerHandshake", "Answers the messenger's question whether the URL is ours.",
        query: ["hub.mode", "hub.verify_token", "hub.challenge"].map {
            .init(name: $0, schema: .text(), help: "As WhatsApp sends it; other plugins have others.")
        }, answers: .content(plainText), .content(plainText, status: 400), .content(plainText, status: 403),
        problems: [404])
    private static let plainText = "text/plain; charset=utf-8"
    private static let aboutWebhook = OperationReference(
        "takeWebhook", "Takes a webhook: all of it is durable when this answers.", body: .anything,
        answers: .named("IngressReceipt"))

    @Sendable func handshake(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
        let reply = try await installation.ingress.handshake(
            plugin: try scope.parameters.require("plugin"), route: try scope.id("route"), query: query)
        return Response(
            status: .init(code: reply.status), headers: [.contentType: reply.contentType],
            body: .init(byteBuffer: ByteBuffer(string: reply.body)))
    }

    @Sendable func receive(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let (plugin, route) = (try scope.parameters.require("plugin"), try scope.id("route", IngressRouteID.self))
        // Before the body: nobody fills our memory through a URL that is none.
        try await installation.ingress.require(plugin: plugin, route: route)
        let headers = IngressHeaders(request.headers.map { (name: $0.name.rawName, value: $0.value) })
        let receipt = try await installation.ingress.receive(
            plugin: plugin, route: route, headers: headers, body: try await request.bytes(limit: ServerLimits.webhook))
        var answer = JSONObject([
            ("stored", .int(receipt.stored)), ("duplicates", .int(receipt.duplicates)),
            ("unroutable", .int(receipt.unroutable)),
        ])
        if receipt.discarded > 0 { answer["discarded"] = .int(receipt.discarded) }
        if receipt.dropped > 0 { answer["dropped"] = .int(receipt.dropped) }
        return JSON.object(answer).response()
    }
}
