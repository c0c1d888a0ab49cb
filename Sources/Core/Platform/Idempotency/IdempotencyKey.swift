/// What a caller names a request by, so that it can be repeated: 1 to 255 visible ASCII characters (`Idempotency-Key`).
public struct IdempotencyKey: Sendable, Hashable {
    public let text: String

    /// - Throws: `.invalid` for one that is none.
    public init(_ text: String) throws(PlatformError) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw PlatformError.invalid("Idempotency-Key", "use 1 to 255 visible ASCII characters")
        }
        self.text = text
    }

    static let reused = PlatformError(
        .idempotencyKeyReused, "This Idempotency-Key was used for another request.",
        remedy: "Use a new key for a new request; repeat a request with the same bytes.")

    static let inFlight = PlatformError(
        .idempotencyInFlight, "The first request with this Idempotency-Key is still under way.",
        remedy: "Repeat it in a moment; then it gets the first one's answer.")
}
