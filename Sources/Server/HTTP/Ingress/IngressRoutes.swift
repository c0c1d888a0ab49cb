import Hummingbird
import Platform
import PluginKit

/// `/ingress/{plugin}/{route}`: where messengers' webhooks enter. Open to anyone; the plugin checks the signature over the raw bytes
/// before anything of the body is looked at.
struct IngressRoutes: Sendable {
    let installation: Installation
    let access: Access

    func add(to router: Router<RequestScope>) {
        let ingress = router.group("ingress")
        ingress.get(":plugin/:route", use: access.anyone(handshake))
        ingress.post(":plugin/:route", use: access.anyone(receive))
    }

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
        return
            ([
                "stored": .int(receipt.stored), "duplicates": .int(receipt.duplicates),
                "unroutable": .int(receipt.unroutable),
            ] as JSON).response()
    }
}
