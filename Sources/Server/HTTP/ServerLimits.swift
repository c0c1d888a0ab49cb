import NIOCore

/// What a request may be. Documented in `Docs/api.md`, tested from outside.
enum ServerLimits {
    /// Bytes of a request body on our own routes.
    static let body = 1 << 20
    /// Bytes of a webhook: Meta posts up to 3 MB.
    static let webhook = 4 << 20
    /// Bytes that a page sends to a set-up of a consent source.
    static let publicBody = 65_536
    /// Nesting of arrays and objects in a request body.
    static let depth = 32
    /// Bytes of a request's path and query.
    static let url = 8192
    static let queryParameters = 32
    static let headers = 100
    /// Bytes of all headers together.
    static let headerBytes = 32_768
    /// How long a caller whose request came too slowly has to read the answer, before the connection is closed.
    static let timeToAnswer = TimeAmount.seconds(2)
}

/// How long a caller may take. Settings, because a provider's proxy in front may have limits of its own.
struct ServerTimeouts: Sendable {
    /// `http.idle_timeout_seconds`: a connection on which no request is under way, or none comes in, is closed after this time. The
    /// time until an answer is ready does not count.
    var idle: TimeAmount
    /// `http.body_timeout_seconds`: from a request's head to the end of its body; beyond it the answer is 408.
    var body: TimeAmount
}
