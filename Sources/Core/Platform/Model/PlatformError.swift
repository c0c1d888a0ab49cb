public import struct Foundation.Date

/// Why the platform did not do what was asked: a stable code, what happened, and what the caller can do. Quotes no personal data.
///
/// It becomes an HTTP problem (RFC 9457) or Meta's error object in one place of the server each.
public struct PlatformError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case invalid = "invalid_request"
        case unauthenticated
        case forbidden
        /// The key may not be used from the caller's address.
        case addressNotAllowed = "address_not_allowed"
        case notFound = "not_found"
        case conflict
        /// The thing was changed since the caller looked at it: its `If-Match` no longer fits.
        case preconditionFailed = "precondition_failed"
        case rateLimited = "rate_limited"
        case idempotencyKeyReused = "idempotency_key_reused"
        case idempotencyInFlight = "idempotency_in_flight"
        case refused = "refused_by_gate"
        case unavailable = "temporarily_unavailable"
    }

    public struct Field: Sendable, Hashable {
        /// Path of the field, e.g. `text.body`.
        public var path: String
        public var problem: String

        public init(path: String, problem: String) {
            self.path = path
            self.problem = problem
        }
    }

    public var code: Code
    public var message: String
    public var remedy: String?
    public var fields: [Field] = []
    /// The gate's reason, when `code` is `.refused`.
    public var refusal: Refusal?

    public init(_ code: Code, _ message: String, remedy: String? = nil, fields: [Field] = []) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.fields = fields
    }

    public init(_ refusal: Refusal) {
        // What passes by itself is not the caller's to put right.
        self.init(
            refusal.code == .tenantMoving ? .unavailable : .refused, refusal.sentence, remedy: refusal.remedy)
        self.refusal = refusal
    }

    public static func notFound(_ what: String) -> PlatformError {
        PlatformError(.notFound, "There is no such \(what).", remedy: "Check the id; it must belong to this tenant.")
    }

    public static func invalid(_ path: String, _ problem: String) -> PlatformError {
        PlatformError(.invalid, "\(path): \(problem)", fields: [Field(path: path, problem: problem)])
    }

    public var description: String { "\(code.rawValue): \(message)" }
}
