/// The headers of an ingress request, found without regard to case.
public struct IngressHeaders: Sendable {
    private let values: [String: String]

    public init(_ headers: [(name: String, value: String)]) {
        values = Dictionary(headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(name: String) -> String? { values[name.lowercased()] }
}

/// What the ingress answers to a handshake.
public struct IngressReply: Sendable, Hashable {
    public var status: Int
    public var contentType: String
    public var body: String

    public init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Why a request to an ingress is not taken.
public enum IngressRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case signatureMissing
    case signatureWrong
    /// The body is not what this messenger posts; the text says why and quotes nothing of it.
    case notOfThisMessenger(String)

    public var description: String {
        switch self {
        case .signatureMissing: "the request carries no signature"
        case .signatureWrong: "the signature does not fit the body"
        case .notOfThisMessenger(let why): why
        }
    }
}
