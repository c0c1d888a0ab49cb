internal import CCurl

/// How a transfer's easy handle is set up.
extension CurlTransfer {
    func configureConnection(_ settings: CurlSettings) throws(CurlFailure) {
        // Timeouts in the resolver must not use signals in a program with threads.
        try set(CURLOPT_NOSIGNAL, 1)
        // A cancelled or timed-out transfer must not wait for the resolver's thread: that would stop all others.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // Redirects are followed hop by hop in Swift, each judged like a request of its own.
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // An empty proxy turns off http_proxy and its like: a proxy would dial where the policy cannot see.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        // Unless the request brings its own.
        try set(CURLOPT_USERAGENT, "obhut")
        try set(CURLOPT_MAXAGE_CONN, CurlSettings.idleSeconds)
        if let file = settings.caFile {
            try set(CURLOPT_CAINFO, file)
            try CurlFailure.check(obhut_easy_set_string(easy, CURLOPT_CAPATH, nil))
        }
        try keep(settings.resolve?() ?? [], as: CURLOPT_RESOLVE)
        try keep(settings.connectTo, as: CURLOPT_CONNECT_TO)
    }

    func configureLimits(
        _ request: OutboundRequest, until deadline: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) throws(CurlFailure) {
        let whole = Self.milliseconds(now.duration(to: deadline))
        try set(CURLOPT_TIMEOUT_MS, whole)
        try set(CURLOPT_CONNECTTIMEOUT_MS, min(whole, Self.milliseconds(request.connectTimeout)))
        // Stops before the first byte when the peer announces too much. An answer to HEAD announces what it does not send.
        if request.method != "HEAD", request.maxResponseBytes > 0 {
            try CurlFailure.check(
                obhut_easy_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.maxResponseBytes)))
        }
    }

    func configureRequest(_ request: OutboundRequest) throws(CurlFailure) {
        if let body = request.body ?? Self.impliedBody(of: request.method) {
            let code = body.withUnsafeBytes { obhut_easy_set_body(easy, $0.baseAddress, curl_off_t($0.count)) }
            try CurlFailure.check(code)
            try set(CURLOPT_CUSTOMREQUEST, request.method)
        } else if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else {
            try set(CURLOPT_HTTPGET, 1)
            if request.method != "GET" { try set(CURLOPT_CUSTOMREQUEST, request.method) }
        }
        try keep(Self.headerLines(of: request), as: CURLOPT_HTTPHEADER)
        if let signature = request.signature {
            try set(CURLOPT_AWS_SIGV4, signature.scope)
            try set(CURLOPT_USERNAME, signature.user)
            try set(CURLOPT_PASSWORD, signature.key)
        }
    }

    /// Peers expect a length of zero from methods that usually carry a body (RFC 9110, 8.6).
    private static func impliedBody(of method: String) -> [UInt8]? {
        ["POST", "PUT", "PATCH"].contains(method) ? [] : nil
    }

    /// The request's fields as curl takes them: `Name: value`, `Name;` for an empty one; `Name:` removes one of curl's.
    private static func headerLines(of request: OutboundRequest) -> [String] {
        var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        func has(_ name: String) -> Bool { request.headers.contains { $0.name.isSameFieldName(as: name) } }
        guard let signature = request.signature else {
            // curl would wait up to a second for `100 Continue` before a larger body.
            if !has("Expect") { lines.append("Expect:") }
            // curl would call every body a form.
            if !has("Content-Type") { lines.append("Content-Type:") }
            return lines
        }
        // curl 7.88 signs lines that remove a field as if the field were sent: a signed request cannot have them.
        if request.body != nil, !has("Content-Type") { lines.append("Content-Type: application/octet-stream") }
        if signature.service == "s3", !has("x-amz-content-sha256") {
            lines.append("x-amz-content-sha256: UNSIGNED-PAYLOAD")
        }
        return lines
    }

    /// At least 1, because 0 means "no limit" to curl.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        return max(1, Int(clamping: min(seconds, 86_400) * 1000 + attoseconds / 1_000_000_000_000_000))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try CurlFailure.check(obhut_easy_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try CurlFailure.check(obhut_easy_set_string(easy, option, value))
    }
}
