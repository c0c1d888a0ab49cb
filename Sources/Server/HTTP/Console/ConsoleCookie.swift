import HTTPTypes
import Hummingbird
import PluginKit

/// A cookie of the console, as a value: what it is called and how a browser may keep it.
struct ConsoleCookie: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        case session = "obhut"
        /// Outlives the session: the browser is known when the member signs in again.
        case device = "obhut-device"
        /// Between two steps of signing in.
        case step = "obhut-step"
        /// While the person is at an OpenID Connect provider.
        case errand = "obhut-errand"
        /// The language that somebody chose.
        case language = "obhut-lang"
        /// What was just done, to be said on the next page.
        case flash = "obhut-flash"

        /// Seconds; nil for as long as the browser runs.
        var maxAge: Int? {
            switch self {
            case .session: nil
            case .device: 180 * 86_400
            case .step, .errand: 600
            case .language: 365 * 86_400
            case .flash: 60
            }
        }
    }

    var kind: Kind
    /// Over TLS the name says so, and no page of another host or without TLS can set it (RFC 6265bis, 4.1.3.2).
    var isSecure: Bool

    init(_ kind: Kind, publicURL: String) {
        self.kind = kind
        isSecure = publicURL.lowercased().hasPrefix("https://")
    }

    var name: String { (isSecure ? "__Host-" : "") + kind.rawValue }

    /// `Set-Cookie`. Lax: a link from elsewhere leads in, a form from elsewhere carries nothing.
    func setting(_ value: Secret<String>) -> String {
        "\(name)=\(value.revealed); Path=/" + (kind.maxAge.map { "; Max-Age=\($0)" } ?? "") + attributes
    }

    /// `Set-Cookie` that makes the browser forget it.
    var removal: String { "\(name)=; Path=/; Max-Age=0" + attributes }

    private var attributes: String { "; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    func value(in request: Request) -> Secret<String>? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { continue }
                return Secret(String(parts[1]))
            }
        }
        return nil
    }
}
