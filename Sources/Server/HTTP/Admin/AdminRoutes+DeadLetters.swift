import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    @Sendable func listDeadLetters(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.deadLetters.list(try scope.id("tenant"), try request.page())) { $0.json }
            .response()
    }

    @Sendable func retryDeadLetter(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.deadLetters.retry(try scope.id("tenant"), try scope.id("message"), cause)
        return Response(status: .accepted)
    }
}
