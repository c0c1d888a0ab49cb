internal import CCurl

/// A URL read by curl's own parser, and handed to the transfer in that parsed form: what the policy judged is what
/// curl dials, with no second parser to disagree.
final class CurlURL {
    /// Owned; freed with this object.
    let handle: OpaquePointer
    let target: EgressTarget

    /// Reads an absolute URL. Throws a fixed phrase that says what is wrong, without any of the URL's text.
    convenience init(_ text: String) throws(Refusal) {
        try self.init(text, base: nil)
    }

    /// Reads the `Location` of a redirect, absolute or relative to the URL that answered with it.
    convenience init(_ location: String, relativeTo base: CurlURL) throws(Refusal) {
        try self.init(location, base: base)
    }

    struct Refusal: Error {
        let reason: String
    }

    private init(_ text: String, base: CurlURL?) throws(Refusal) {
        guard let handle = base.map({ curl_url_dup($0.handle) }) ?? curl_url() else {
            throw Refusal(reason: "out of memory")
        }
        self.handle = handle
        do throws(Refusal) {
            target = try Self.read(text, into: handle)
        } catch {
            curl_url_cleanup(handle)
            throw error
        }
    }

    deinit {
        curl_url_cleanup(handle)
    }

    /// The whole URL in curl's normal form; secret like any URL.
    var text: String { Self.part(CURLUPART_URL, of: handle) ?? "" }

    /// Puts the query's parameters in the order and form that AWS signs (by name, each with `=`), because curl signs the
    /// query as it stands. Percent-encoding is left as it came.
    func normalizeQueryForSigning() throws(CurlFailure) {
        guard let query = Self.part(CURLUPART_QUERY, of: handle) else { return }
        let parameters = query.split(separator: "&").map { $0.contains("=") ? String($0) : "\($0)=" }
        let sorted = parameters.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&")
        guard curl_url_set(handle, CURLUPART_QUERY, sorted, 0) == CURLUE_OK else {
            throw CurlFailure(code: CURLE_URL_MALFORMAT)
        }
    }

    private static func read(_ text: String, into handle: OpaquePointer) throws(Refusal) -> EgressTarget {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Refusal(reason: "the URL holds a space or a control character")
        }
        // curl forgives missing and surplus slashes; a host in an unexpected place is not worth forgiving.
        let start = text.prefix(9).lowercased()
        guard !start.hasPrefix("http:///"), !start.hasPrefix("https:///") else {
            throw Refusal(reason: "the URL names no host")
        }
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
        switch code {
        case CURLUE_OK: break
        case CURLUE_USER_NOT_ALLOWED: throw Refusal(reason: "the URL holds user information")
        case CURLUE_UNSUPPORTED_SCHEME: throw Refusal(reason: "the URL's scheme is neither https nor http")
        default: throw Refusal(reason: "the URL is malformed or not absolute")
        }
        guard let scheme = part(CURLUPART_SCHEME, of: handle).flatMap(EgressTarget.Scheme.init(rawValue:)) else {
            throw Refusal(reason: "the URL's scheme is neither https nor http")
        }
        guard part(CURLUPART_USER, of: handle) == nil, part(CURLUPART_PASSWORD, of: handle) == nil else {
            throw Refusal(reason: "the URL holds user information")
        }
        guard let host = part(CURLUPART_HOST, of: handle), !host.isEmpty,
            let port = part(CURLUPART_PORT, of: handle, flags: CURLU_DEFAULT_PORT).flatMap(UInt16.init)
        else {
            throw Refusal(reason: "the URL names no host")
        }
        return EgressTarget(scheme: scheme, host: host.lowercased(), port: port)
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
