import Platform

extension Schemas {
    static let webhooks: [Component] = [
        ("WebhookEndpoint", .object(endpoint)),
        (
            "WebhookEndpointSecret",
            .object(endpoint + [.required("secret", .text().described("Shown now and never again."))])
        ),
        ("NewWebhookEndpoint", .object(.required("url", url), .required("kinds", kinds))),
        (
            "WebhookEndpointChange",
            .object(.maybe("url", url), .maybe("kinds", kinds), .maybe("state", state))
        ),
    ]

    private static let url = Schema.text(
        pattern: "^https?://[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~/-]{0,500})?$",
        example: "https://crm.example/hooks/obhut")
    private static let kinds = Schema.array(of: .oneOf(WebhookKind.allCases.map(\.rawValue)), atLeast: 1)
    private static let state = Schema.oneOf(WebhookEndpoint.State.allCases.map(\.rawValue))

    private static let endpoint: [Schema.Field] = [
        .required("id", .id), .required("url", .text()), .required("kinds", kinds), .required("state", state),
        .required("previous_secret_until", Schema.time.orNull),
        .required("last_answer", Schema.text().orNull.described("A status, or why there was none.")),
        .required("failing_since", Schema.time.orNull), .required("delivered_at", Schema.time.orNull),
        .required("created_at", .time), .required("revision", .revision),
    ]
}
