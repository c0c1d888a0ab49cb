import Hummingbird
import Platform
import PluginKit

// Where the tenant wants to be told of what.
extension TenantRoutes {
    private typealias About = WebhookReference

    func addWebhooks(to api: Surface) {
        api.tenant(.get, "webhook-endpoints", .webhooksWrite, About.list, use: listEndpoints)
        api.tenant(.post, "webhook-endpoints", .webhooksWrite, About.add, use: addEndpoint)
        api.tenant(.get, "webhook-endpoints/{endpoint}", .webhooksWrite, About.read, use: readEndpoint)
        api.tenant(.patch, "webhook-endpoints/{endpoint}", .webhooksWrite, About.change, use: changeEndpoint)
        api.tenant(.delete, "webhook-endpoints/{endpoint}", .webhooksWrite, About.remove, use: removeEndpoint)
        api.tenant(.post, "webhook-endpoints/{endpoint}/rotate", .webhooksWrite, About.rotate, use: rotateEndpoint)
    }

    private func cause(_ scope: RequestScope, _ caller: Caller) -> Cause {
        Cause(.apiKey(caller.key), requestID: scope.requestID)
    }

    @Sendable private func listEndpoints(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        JSON.list(try await installation.webhooks.list(caller).map(\.json)).response()
    }

    @Sendable private func readEndpoint(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        let endpoint = try await installation.webhooks.find(caller, try scope.id("endpoint"))
        return endpoint.json.response(revision: endpoint.revision)
    }

    @Sendable private func addEndpoint(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        var fields = RequestFields(try await request.object())
        let url = fields.text("url")
        let kinds = fields.kinds("kinds")
        try fields.finish()
        return Self.withSecret(
            try await installation.webhooks.add(caller, url: url, kinds: kinds ?? [], cause(scope, caller)),
            status: 201)
    }

    @Sendable private func changeEndpoint(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        var fields = RequestFields(try await request.object())
        var change = WebhookEndpointChange(url: fields.optionalText("url"), kinds: fields.kinds("kinds"))
        if let word = fields.optionalText("state") {
            change.state = WebhookEndpoint.State(rawValue: word)
            if change.state == nil { fields.complain("state", "can be active or paused") }
        }
        try fields.finish()
        let endpoint = try await installation.webhooks.change(
            caller, try scope.id("endpoint"), change, try request.expected(), cause(scope, caller))
        return endpoint.json.response(revision: endpoint.revision)
    }

    @Sendable private func removeEndpoint(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        try await installation.webhooks.remove(
            caller, try scope.id("endpoint"), try request.expected(), cause(scope, caller))
        return Response(status: .noContent)
    }

    @Sendable private func rotateEndpoint(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        Self.withSecret(
            try await installation.webhooks.rotate(caller, try scope.id("endpoint"), cause(scope, caller)), status: 200)
    }

    private static func withSecret(
        _ made: (endpoint: WebhookEndpoint, secret: Secret<String>), status: Int
    ) -> Response {
        var json = made.endpoint.json.object ?? JSONObject()
        json["secret"] = .string(made.secret.revealed)
        return JSON.object(json).response(status: status, revision: made.endpoint.revision)
    }
}

extension RequestFields {
    /// - Returns: nil when it is missing.
    fileprivate mutating func kinds(_ name: String) -> Set<WebhookKind>? {
        guard value(name) != nil else { return nil }
        let words = optionalList(name)
        let kinds = words.compactMap(WebhookKind.init(rawValue:))
        if kinds.count < words.count || words.isEmpty {
            let known = WebhookKind.allCases.map(\.rawValue).joined(separator: ", ")
            complain(name, "give at least one of \(known)")
        }
        return Set(kinds)
    }
}

extension WebhookEndpoint {
    fileprivate var json: JSON {
        [
            "id": .id(id), "url": .string(url), "kinds": .array(kinds.map(\.rawValue).sorted().map { .string($0) }),
            "state": .string(state.rawValue), "previous_secret_until": .time(previousSecretUntil),
            "last_answer": .optional(lastAnswer), "failing_since": .time(failingSince),
            "delivered_at": .time(deliveredAt), "created_at": .time(createdAt), "revision": .int(revision),
        ]
    }
}
