import Platform

/// What the reference tells of a tenant's webhook endpoints.
enum WebhookReference {
    static let list = OperationReference(
        "listWebhookEndpoints", "Lists the servers that are told of things.", answers: .list(of: "WebhookEndpoint"))
    static let read = OperationReference(
        "readWebhookEndpoint", "Shows an endpoint and how the last attempt went.", answers: .named("WebhookEndpoint")
    ).versioned
    static let add = OperationReference(
        "addWebhookEndpoint", "Has a server told of what happens from now on.",
        detail: "Deliveries are signed as Standard Webhooks has it; the secret is shown in this answer alone.",
        body: .named("NewWebhookEndpoint"), answers: .named("WebhookEndpointSecret", status: 201), problems: [409])
    static let change = OperationReference(
        "changeWebhookEndpoint", "Changes what an endpoint is told, or where, or pauses it.",
        body: .named("WebhookEndpointChange"), answers: .named("WebhookEndpoint")
    ).versioned
    static let remove = OperationReference(
        "removeWebhookEndpoint", "Tells it nothing more, nor what it was still to be told.", answers: .empty(204)
    ).versioned
    static let rotate = OperationReference(
        "rotateWebhookSecret", "Makes a new secret; for a day deliveries are signed with both.",
        answers: .named("WebhookEndpointSecret"))
}
