import Platform

/// What holds for all operations, at the head of the reference.
enum ReferenceGuide {
    static let html: HTML = [
        .element("h2", ["id": "common"], .text("In common")), HTML(parts.map(part)), limits,
    ]

    private static func part(_ part: (title: String, text: [String])) -> HTML {
        [.element("h3", [:], .text(part.title)), HTML(part.text.map { .element("p", [:], .prose($0)) })]
    }

    private static let parts: [(title: String, text: [String])] = [
        (
            "Authentication",
            [
                "A tenant's API key begins with `obk_`, a staff token with `oba_`. Either goes into `Authorization: Bearer …`.",
                "Scanners for leaked secrets find both by `\\bob[ka]_[0-9A-Za-z]{49}\\b`; the last six characters are a checksum.",
            ]
        ),
        (
            "Bodies and answers",
            [
                "JSON objects in UTF-8. Unknown fields and unknown query parameters are refused by name, except in Meta's shape.",
                "Every answer has `X-Request-Id`. Errors are problems (RFC 9457), in Meta's shape Meta's error object. Branch on `code`.",
            ]
        ),
        (
            "Lists",
            [
                "`limit` is 1 to 200, 50 unless said. `cursor` is the `next_cursor` of the page before, for the same list and filters."
            ]
        ),
        (
            "Repeating",
            [
                "Where `Idempotency-Key` stands among the parameters, the same request with the same key gets the first answer again.",
                "A key holds for one caller, one route and 48 hours. What was refused is not kept.",
            ]
        ),
        (
            "Changing",
            [
                "Answers that carry an `ETag` can be changed with `If-Match`: when somebody else was quicker, the answer is 412.",
                "With `If-None-Match` reading is 304 while nothing changed.",
            ]
        ),
        (
            "How often",
            [
                "`RateLimit-Policy` says how many requests may come within how many seconds, `RateLimit` how many are left. "
                    + "Beyond it is 429 with `Retry-After`."
            ]
        ),
    ]

    private static let limits: HTML = [
        .element("h3", [:], .text("Limits")),
        .table(
            ["What", "Limit", "Beyond"],
            [
                ("body", "\(ServerLimits.body) bytes", "413"),
                ("body of a webhook", "\(ServerLimits.webhook) bytes", "413"),
                ("nesting of a body", "\(ServerLimits.depth) levels", "400"),
                ("path and query", "\(ServerLimits.url) bytes", "414"),
                ("headers", "\(ServerLimits.headers), \(ServerLimits.headerBytes) bytes", "431"),
                ("query parameters", "\(ServerLimits.queryParameters)", "400"),
                ("items of a page", "\(PageRequest.maximumLimit)", "422"),
                ("text of a message", "\(SendingService.textLimit) characters", "422"),
            ].map { [.text($0.0), .text($0.1), .text($0.2)] }),
    ]
}
