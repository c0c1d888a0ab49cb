public import struct Foundation.Date

/// A consent source that serves pages or scripts to people outside any messenger.
///
/// Its static files are the same for all tenants and stand under `/sources/{plugin}/{file}`, open to pages of every origin
/// (`Access-Control-Allow-Origin: *`, which `integrity` on a script needs); what belongs to a set-up is answered under
/// `/s/{set-up}/…`. The platform checks the set-up's state and allowed origins, answers CORS preflights, and limits the rate before the
/// plugin is asked.
public protocol PublicConsentSource: ConfiguredConsentSource {
    /// Static files by name. A name that carries a digest of its content may be kept for ever by browsers.
    var files: [String: PublicFile] { get }

    /// Answers one request to a set-up. Hostile input.
    /// - Throws: `ConsentRefusal` for what is wrong with the request: answered 422 with field and problem.
    func answer(_ request: PublicRequest, for setup: SourceSetup, by host: any ConsentSourceHost) async throws
        -> PublicAnswer

    /// What a tenant puts into its own pages for a set-up, as HTML; nil for a source that is reached by a link alone.
    /// - Parameter base: where `/sources` is reached from outside, without a slash at the end.
    func snippet(for setup: SourceSetup, base: String) -> String?
}

extension PublicConsentSource {
    public func snippet(for setup: SourceSetup, base: String) -> String? { nil }
}

public struct PublicFile: Sendable, Hashable {
    public var contentType: String
    public var bytes: [UInt8]
    /// Whether the name changes with the content.
    public var isImmutable: Bool

    public init(contentType: String, bytes: [UInt8], isImmutable: Bool) {
        self.contentType = contentType
        self.bytes = bytes
        self.isImmutable = isImmutable
    }
}

/// Neither the browser's address nor what it calls itself is part of it: a message from the person's own number shows who agreed, so both
/// would be more than is needed (Art. 5(1)(c) GDPR).
public struct PublicRequest: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST" }

    public var method: Method
    /// Below the set-up's address, e.g. `["agree"]`.
    public var path: [String]
    public var query: [String: String]
    /// The page's origin when a browser tells it; one of the set-up's allowed origins then.
    public var origin: String?
    /// Language tags, the most wanted first.
    public var languages: [String]
    public var body: [UInt8]
    public var receivedAt: Date
    /// Where `/s/{set-up}` is reached from outside, without a slash at the end.
    public var base: String

    public init(
        method: Method, path: [String], query: [String: String] = [:], origin: String? = nil, languages: [String] = [],
        body: [UInt8] = [], receivedAt: Date, base: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.origin = origin
        self.languages = languages
        self.body = body
        self.receivedAt = receivedAt
        self.base = base
    }
}

public struct PublicAnswer: Sendable, Hashable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
    /// Seconds for which browsers may keep it; nil for not at all.
    public var maxAge: Int?

    public init(status: Int = 200, contentType: String, body: [UInt8], maxAge: Int? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.maxAge = maxAge
    }

    public static func json(_ json: JSON, status: Int = 200, maxAge: Int? = nil) -> PublicAnswer {
        PublicAnswer(
            status: status, contentType: "application/json; charset=utf-8", body: json.encoded(), maxAge: maxAge)
    }

    /// What is wrong, as RFC 9457 tells it.
    /// - Parameters:
    ///   - code: a stable word that scripts can go by, e.g. `texts_changed`.
    ///   - title: the status's own name.
    ///   - detail: one sentence, without personal data.
    public static func problem(status: Int, code: String, title: String, detail: String) -> PublicAnswer {
        let problem: JSON = [
            "type": "about:blank", "title": .string(title), "status": .number(String(status)),
            "detail": .string(detail), "code": .string(code),
        ]
        return PublicAnswer(status: status, contentType: "application/problem+json", body: problem.encoded())
    }

    public static let notFound = PublicAnswer(status: 404, contentType: "text/plain; charset=utf-8", body: [])
}

/// What the platform does for a consent source during one call, always for the call's own set-up.
public protocol ConsentSourceHost: Sendable {
    /// Keeps what a person agreed to on a page until a message brings the code, which proves that the sender's address is theirs (double
    /// opt-in): then the consents become confirmed for whoever sent it. A code works once; unused, it goes with all that was kept.
    /// - Parameter agreed: `granted` drafts, each with its evidence; no two of one purpose.
    func keep(_ agreed: [ConsentEventDraft]) async throws -> EntryCode

    /// Seals what a page carries from one request to the next, for a source that keeps nothing: readable to the platform alone, for this
    /// set-up alone, and for so long.
    /// - Parameter lifetime: seconds.
    func seal(_ state: JSON, for lifetime: Int) async throws -> String

    /// Opens what `seal` gave. Hostile input.
    /// - Returns: nil when it is none of ours, another set-up's, altered or too old.
    func open(_ sealed: String) async throws -> JSON?

    /// A link that opens a chat with the set-up's channel, the text typed already; nil when the channel has none.
    func chatLink(text: String) -> String?

    /// A QR code of a text (ISO/IEC 18004) as an SVG document.
    func qrCode(_ text: String) throws -> String
}

/// A host that seals nothing; a source that needs it says so to whoever asks.
extension ConsentSourceHost {
    public func seal(_ state: JSON, for lifetime: Int) async throws -> String {
        throw ConsentRefusal(field: "state", problem: "this installation seals nothing for pages")
    }

    public func open(_ sealed: String) async throws -> JSON? { nil }
}

/// A one-time code that joins what was agreed on a page to a message.
public struct EntryCode: Sendable, Hashable {
    /// As a person sends it: ten characters of Crockford's Base32 in two groups, e.g. `7K3F9-Q2MXA`.
    public var code: Secret<String>
    public var expiresAt: Date

    public init(code: String, expiresAt: Date) {
        self.code = Secret(code)
        self.expiresAt = expiresAt
    }
}
