/// What request follows a redirect.
enum Redirect {
    /// - Returns: the next hop's request, or `nil` when the response is no redirect to follow.
    /// - Throws: `OutboundError` when following it would break a rule. The hop before has been sent, so that
    ///   `beforeSending` is false.
    static func next(
        after response: OutboundResponse, to request: OutboundRequest
    ) throws(OutboundError) -> OutboundRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"] else {
            return nil
        }
        let here: CurlURL
        let there: CurlURL
        do throws(CurlURL.Refusal) {
            here = try CurlURL(request.url)
            there = try CurlURL(location, relativeTo: here)
        } catch {
            throw OutboundError(kind: .refusedRequest, beforeSending: false, detail: error.reason)
        }
        var next = request
        next.url = there.text
        if mustBecomeGet(status: response.status, method: request.method) {
            next.method = "GET"
            next.body = nil
            next.headers.removeAll { field in bodyFields.contains { field.name.isSameFieldName(as: $0) } }
        }
        guard there.target != here.target else { return next }

        guard next.body == nil else {
            throw OutboundError(
                kind: .refusedRequest, beforeSending: false, origin: there.target.origin,
                detail: "a redirect would carry the body to another origin")
        }
        next.signature = nil
        next.headers.removeAll { field in !harmlessFields.contains { field.name.isSameFieldName(as: $0) } }
        return next
    }

    /// RFC 9110, 15.4: 303 always, 301 and 302 for POST as browsers do; 307 and 308 keep the method.
    private static func mustBecomeGet(status: Int, method: String) -> Bool {
        switch status {
        case 303: method != "HEAD"
        case 301, 302: method == "POST"
        default: false
        }
    }

    private static let bodyFields = ["Content-Type", "Content-Encoding", "Content-Language"]
    /// What another origin may see; everything else could be a credential under a name we do not know.
    private static let harmlessFields = ["Accept", "Accept-Language", "User-Agent", "Range"]
}
