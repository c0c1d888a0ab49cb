/// What the reference tells of a problem's code: what happened, and what the caller can do. `Docs/api.md` has the same table; a test
/// compares them, and that no code is missing.
struct ProblemKind: Sendable, Hashable {
    var status: Int
    var code: String
    var meaning: String
    var remedy: String

    /// Where a code is explained: the `type` of a problem (RFC 9457, 3.1.1). A status of the HTTP server's own has no code of ours.
    static func type(of code: String, publicURL: String) -> String {
        codes.contains(code) ? "\(publicURL)/docs/problems#\(code)" : "about:blank"
    }

    /// All codes, in the order of their first status.
    static let codes: [String] = all.reduce(into: []) { codes, kind in
        if !codes.contains(kind.code) { codes.append(kind.code) }
    }

    static let all: [ProblemKind] = [
        .init(
            400, "invalid_request",
            "the body is no JSON object or no UTF-8, the URL is not percent-encoded UTF-8, a header cannot be read, or "
                + "the request broke off",
            "mend it; `detail` says where"),
        .init(400, "not_a_webhook", "a signed body that this messenger does not post", "check what posts to this URL"),
        .init(401, "unauthenticated", "no valid key", "send one that is in force"),
        .init(
            401, "signature_invalid", "the signature does not fit the bytes",
            "sign the raw bytes with the channel's secret"),
        .init(
            403, "forbidden", "the key lacks the scope, or the member the permission, that `detail` names",
            "have a key issued with it, or ask a colleague whose role has it"),
        .init(
            403, "address_not_allowed", "the key is kept to addresses, and this is none of them",
            "call from one of them, or have the provider allow this one"),
        .init(
            403, "origin_not_allowed", "the page is none that the set-up of the consent source allows",
            "add its origin to the set-up's `origins`"),
        .init(403, "refused_by_gate", "the message may not go, or nothing may be read now", "see `refusal`"),
        .init(404, "not_found", "no such route, or nothing of that id that is yours", "check path and id"),
        .init(
            405, "method_not_allowed", "the path exists, the method does not; `Allow` lists those that do",
            "use one of them"),
        .init(408, "request_timeout", "the request did not arrive whole in time", "send it again"),
        .init(409, "conflict", "it cannot be done as things stand", "see `detail` and `remedy`"),
        .init(
            409, "idempotency_in_flight",
            "the first request with this `Idempotency-Key` is still under way; has `Retry-After`",
            "repeat it in a moment: then it gets the first one's answer"),
        .init(410, "link_expired", "the signed link's time is over", "ask the provider for a new one"),
        .init(410, "link_used", "the signed link was used", "ask the provider how things stand"),
        .init(410, "link_withdrawn", "the signed link was withdrawn", "ask the provider for a new one"),
        .init(
            412, "precondition_failed", "it was changed since the `ETag` in `If-Match` was seen",
            "read it again, then decide"),
        .init(413, "too_large", "the body is too large", "send less at once"),
        .init(414, "uri_too_long", "path and query are longer than 8192 bytes", "send less in the URL"),
        .init(
            415, "unsupported_media_type", "the body is not said to be JSON", "send `application/json`, or no type"),
        .init(
            422, "invalid_request", "fields or query parameters are not right, or are not known",
            "see `errors` for each"),
        .init(422, "idempotency_key_reused", "the key was used for another request", "use a new one"),
        .init(
            429, "rate_limited", "too many requests; has `Retry-After`",
            "wait so long, then go on more slowly; `RateLimit` tells how many may come"),
        .init(431, "headers_too_large", "more than 100 headers, or 32 KiB of them", "send fewer or shorter ones"),
        .init(500, "internal", "our fault", "try again; if it stays, tell the provider the request id"),
        .init(
            503, "temporarily_unavailable",
            "a database or region does not answer, or too much is waiting; has `Retry-After`", "try again"),
    ]

    private init(_ status: Int, _ code: String, _ meaning: String, _ remedy: String) {
        self.status = status
        self.code = code
        self.meaning = meaning
        self.remedy = remedy
    }
}
