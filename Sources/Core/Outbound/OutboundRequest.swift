/// One HTTP request to the outside.
///
/// Its descriptions show the method alone: URL, headers and body may hold personal data and secrets.
public struct OutboundRequest: Sendable {
    /// What to do when the peer answers with a redirect.
    public enum Redirects: Sendable, Hashable {
        /// The redirect itself is the response.
        case none
        /// Follows at most `limit` redirects. Every hop passes the egress policy anew. A hop to another origin carries
        /// neither credentials nor any header beyond content negotiation, and never a body.
        case follow(limit: Int)
    }

    /// The method, upper case: `GET`, `POST`, ...
    public var method: String
    /// An absolute `https` (or, where the policy allows it, `http`) URL without user name and password.
    public var url: String
    /// Fields in the order they are sent. Names and values with line breaks are refused.
    public var headers: [(name: String, value: String)]
    /// The body; `nil` sends none.
    public var body: [UInt8]?
    /// For the whole request: waiting for a connection, redirects and reading the body included.
    public var timeout: Duration
    /// For resolving, connecting and the TLS handshake of one hop.
    public var connectTimeout: Duration
    /// The response's body is cut off with `tooLarge` as soon as it exceeds this many bytes.
    public var maxResponseBytes: Int
    public var redirects: Redirects
    /// Signs the request for AWS-shaped services (S3) when set.
    public var signature: AWSSignature?

    public init(
        method: String = "GET",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5),
        maxResponseBytes: Int = 8 << 20,
        redirects: Redirects = .none,
        signature: AWSSignature? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
        self.redirects = redirects
        self.signature = signature
    }
}

extension OutboundRequest {
    /// Methods that may be sent a second time without changing more than the first did (RFC 9110, 9.2.2).
    var isIdempotent: Bool {
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
    }

    /// `nil` when method and headers can go on the wire as they are, else what is wrong with them.
    ///
    /// curl writes header lines as given, so a line break in a value would smuggle in a second header.
    var malformation: String? {
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else { return "the method is not a token" }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { return "a header's name is not a token" }
            guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                return "a header's value holds a control character"
            }
            guard !Self.framingFields.contains(where: { name.isSameFieldName(as: $0) }) else {
                return "length and framing follow from the body and are not the caller's to set"
            }
        }
        if method == "HEAD", body != nil { return "HEAD takes no body" }
        if let signature, !signature.isWellFormed { return "the signature's credentials or scope are malformed" }
        return nil
    }

    /// A length or a coding that differs from the body's would let one request smuggle in another.
    private static let framingFields = ["Content-Length", "Transfer-Encoding"]

    /// `tchar` of RFC 9110, 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension OutboundRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "OutboundRequest(\(method))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["method": method]) }
}
