import Foundation
import HTTPTypes
import Hummingbird

/// Whether a form comes from a page of ours: asked besides the form's token, as each alone has been got round
/// somewhere.
enum SameOrigin {
    /// - Parameters:
    ///   - site: `Sec-Fetch-Site` (Fetch Metadata), which no page can forge.
    ///   - origin: `Origin` (RFC 6454), which browsers send with every form.
    ///   - publicURL: `http.public_url`.
    static func isOurs(site: String?, origin: String?, publicURL: String) -> Bool {
        if let site, site != "same-origin" { return false }
        if let origin { return origin.lowercased() == Self.origin(of: publicURL) }
        // A browser sends one of the two at least; what sends none is no browser, and has no business here.
        return site != nil
    }

    static func isOurs(_ request: Request, publicURL: String) -> Bool {
        isOurs(
            site: HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }, origin: request.headers[.origin],
            publicURL: publicURL)
    }

    /// Scheme, host and port as a browser writes them.
    static func origin(of url: String) -> String {
        let url = url.lowercased()
        guard let end = url.range(of: "://")?.upperBound else { return url }
        var origin = String(url[..<(url[end...].firstIndex(of: "/") ?? url.endIndex)])
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            origin.removeLast(port.count)
        }
        return origin
    }
}
