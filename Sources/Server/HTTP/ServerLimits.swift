/// What a request may be. Documented in `Docs/api.md`, tested from outside.
enum ServerLimits {
    /// Bytes of a request body on our own routes.
    static let body = 1 << 20
    /// Bytes of a webhook: Meta posts up to 3 MB.
    static let webhook = 4 << 20
    /// Nesting of arrays and objects in a request body.
    static let depth = 32
}
