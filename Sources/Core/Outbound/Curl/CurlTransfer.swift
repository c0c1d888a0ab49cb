internal import CCurl

/// One hop: an easy handle, what it was given, and what has come back. Lives on curl's thread alone.
///
/// The callbacks of the easy handle hold this object unretained; the reactor keeps it until the handle is gone.
final class CurlTransfer {
    let job: CurlJob
    let easy: UnsafeMutableRawPointer
    let target: EgressTarget

    private let url: CurlURL
    private let settings: CurlSettings
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    /// How often curl began to send this request: more than once when a kept connection turned out dead.
    private var sendings = 0
    private var openedSockets = 0
    private(set) var refusal: String?
    private var exceeded = false
    private var repeated = false

    private var headers = OutboundHeaders()
    private var headerBytes = 0
    private var body: [UInt8] = []

    /// Prepares the handle; nothing is dialled before the reactor adds it to curl's multi handle.
    init(_ job: CurlJob, settings: CurlSettings, now: ContinuousClock.Instant) throws(OutboundError) {
        do throws(CurlURL.Refusal) {
            url = try CurlURL(job.request.url)
        } catch {
            throw OutboundError(kind: .refusedRequest, beforeSending: true, detail: error.reason)
        }
        target = url.target
        guard let easy = curl_easy_init() else {
            throw OutboundError(kind: .connect, beforeSending: true, origin: target.origin, detail: "out of memory")
        }
        self.job = job
        self.easy = easy
        self.settings = settings
        do throws(CurlFailure) {
            try configure(now: now)
        } catch {
            throw OutboundError(
                kind: .refusedRequest, beforeSending: true, origin: target.origin, detail: error.detail)
        }
    }

    deinit {
        // The easy handle first: it refers to the lists and the URL.
        curl_easy_cleanup(easy)
        for list in lists { curl_slist_free_all(list) }
    }

    func keep(_ lines: [String], as option: CURLoption) throws(CurlFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw CurlFailure(code: CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        try CurlFailure.check(obhut_easy_set_list(easy, option, list))
    }

    private func configure(now: ContinuousClock.Instant) throws(CurlFailure) {
        if job.request.signature != nil { try url.normalizeQueryForSigning() }
        try CurlFailure.check(obhut_easy_set_url(easy, url.handle))
        try configureConnection(settings)
        try configureLimits(job.request, until: job.deadline, now: now)
        try configureRequest(job.request)
        try connectCallbacks()
    }

    // MARK: Called by curl while the transfer runs

    /// Decides on the address that curl is about to dial, and opens the socket for it only if the policy agrees.
    func openSocket(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        guard let dialled = DialledAddress(obhut_dialled_address(address), length: Int(address.pointee.addrlen)) else {
            refusal = "address of an unknown family"
            return -1
        }
        if let reason = settings.policy.refusal(of: dialled.ip, port: dialled.port, for: target) {
            refusal = reason
            return -1
        }
        openedSockets += 1
        return obhut_open_socket(address)
    }

    /// Called when a connection stands and the request is about to be written. False aborts.
    ///
    /// When a kept connection dies under a request, curl sends it again by itself. The peer may have acted on the first
    /// one, so that only idempotent methods may go twice (RFC 9110, 9.2.2).
    func beginsSending() -> Bool {
        if sendings > 0, !job.request.isIdempotent {
            repeated = true
            return false
        }
        sendings += 1
        headers.removeAll()
        body.removeAll()
        return true
    }

    /// Takes one header line. False aborts.
    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= CurlSettings.maxHeaderBytes else {
            exceeded = true
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // An interim response (1xx) came before this one: only the last one's fields count.
            headers.removeAll()
        } else if body.isEmpty, let colon = text.firstIndex(of: ":") {
            headers.append(
                name: String(text[..<colon]), value: text[text.index(after: colon)...].trimmingHeaderWhitespace())
        }
        return true
    }

    /// Takes a piece of the body. False aborts.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= job.request.maxResponseBytes - body.count else {
            exceeded = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    // MARK: The end

    func result(of code: CURLcode) -> Result<OutboundResponse, OutboundError> {
        guard code == CURLE_OK else { return .failure(failure(CurlFailure(code: code))) }
        var status = 0
        guard obhut_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status > 0 else {
            return .failure(error(.protocolError, "the peer sent no status"))
        }
        return .success(OutboundResponse(status: status, headers: headers, body: body))
    }

    /// An error of this transfer at its present state.
    func error(_ kind: OutboundError.Kind, _ detail: String) -> OutboundError {
        OutboundError(kind: kind, beforeSending: sendings == 0, origin: target.origin, detail: detail)
    }

    private func failure(_ failure: CurlFailure) -> OutboundError {
        if exceeded { return error(.tooLarge, "the response exceeds the limit") }
        if repeated { return error(.closed, "a kept connection closed under the request") }
        if let refusal, openedSockets == 0, failure.code == CURLE_COULDNT_CONNECT {
            return error(.refusedAddress, refusal)
        }
        return error(failure.kind, failure.detail)
    }
}

extension Substring {
    /// Without the optional white space around a field's value and the line's end (RFC 9112, 5).
    fileprivate func trimmingHeaderWhitespace() -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r\n" || $0 == "\r" || $0 == "\n" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
