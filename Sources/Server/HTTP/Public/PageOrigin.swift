import HTTPTypes

/// From which page a request to a set-up comes, as its browser tells by `Origin` (RFC 6454), which no script can change.
enum PageOrigin: Sendable, Hashable {
    /// A page that the set-up allows.
    case allowed(String)
    /// A page of this server.
    case own(String)
    /// None was told: a browser that fetches from the same origin, or no browser.
    case untold
    case refused

    /// - Parameters:
    ///   - header: compared byte for byte; `null` and lists fit nothing.
    ///   - allowed: the set-up's origins, as browsers write them.
    ///   - own: the server's own origin.
    init(_ header: String?, allowed: [String], own: String) {
        guard let header else {
            self = .untold
            return
        }
        if allowed.contains(header) {
            self = .allowed(header)
        } else if !own.isEmpty, header == own {
            self = .own(header)
        } else {
            self = .refused
        }
    }

    var origin: String? {
        switch self {
        case .allowed(let origin), .own(let origin): origin
        case .untold, .refused: nil
        }
    }

    /// What lets the page's script read the answer (Fetch, 3.2), without cookies. Exactly its origin, never `*`: shared caches are told.
    var headers: HTTPFields {
        var fields: HTTPFields = [.vary: "Origin"]
        if case .allowed(let origin) = self {
            fields[.accessControlAllowOrigin] = origin
            fields[.accessControlExposeHeaders] = "Retry-After, \(RequestID.header.rawName)"
        }
        return fields
    }

    /// Beside those, what the browser wants to know before it sends.
    static let preflight: HTTPFields = [
        .accessControlAllowMethods: "GET, POST", .accessControlAllowHeaders: "Content-Type",
        .accessControlMaxAge: "600",
    ]
}
