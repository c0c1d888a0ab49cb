/// Why a request got no complete answer.
public struct OutboundError: Error, Sendable, Hashable {
    /// What happened; stable names, fit for a metric's label.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The request cannot be sent as it is: URL, scheme, method, header. Sending it again will not help.
        case refusedRequest
        /// Every address the host resolved to is one the egress policy forbids.
        case refusedAddress
        case resolve
        case connect
        /// The handshake failed, or the certificate is not trusted or not the host's.
        case tls
        case timeout
        case tooLarge
        case tooManyRedirects
        /// The Swift task that waited for the answer was cancelled.
        case cancelled
        /// The peer spoke something that is not HTTP.
        case protocolError
        /// The connection ended before the answer was complete.
        case closed
        /// The client itself was shut down.
        case shutDown
    }

    public var kind: Kind
    /// True when it is certain that nothing of the request reached the peer, so that sending it again cannot act twice.
    /// False when that is unclear.
    public var beforeSending: Bool
    /// Scheme, host and port of the peer; never a path, a query or user information. Empty when the URL has none.
    public var origin: String
    /// A fixed phrase that explains the kind; holds nothing of the request or the response.
    public var detail: String

    public init(kind: Kind, beforeSending: Bool, origin: String = "", detail: String = "") {
        self.kind = kind
        self.beforeSending = beforeSending
        self.origin = origin
        self.detail = detail
    }
}

extension OutboundError: CustomStringConvertible {
    public var description: String {
        let peer = origin.isEmpty ? "" : " to \(origin)"
        let reason = detail.isEmpty ? "" : ": \(detail)"
        return
            "request\(peer) failed (\(kind.rawValue), \(beforeSending ? "nothing sent" : "may have been sent"))\(reason)"
    }
}
