internal import CCurl
public import Logging

/// The live `OutboundHTTP`: libcurl's multi interface on one thread of its own.
///
/// Connections are kept and reused, HTTP/2 is spoken where TLS offers it, and every address is judged by the policy at
/// the moment it is dialled. Proxies from the environment are not used: a proxy would dial where the policy cannot see.
/// Cancelling the calling task aborts the transfer.
public final class CurlClient: OutboundHTTP {
    private let inbox: CurlInbox

    /// - Parameters:
    ///   - policy: where requests may go.
    ///   - maxConnectionsPerHost: further requests to that host wait, within their timeout.
    ///   - maxTotal: connections to all hosts together, idle ones included.
    ///   - caFile: a PEM file of certificate authorities that replaces the system's.
    ///   - logger: told about refused addresses (origin and reason, nothing else of the request).
    public convenience init(
        policy: EgressPolicy = .publicOnly,
        maxConnectionsPerHost: Int = 8,
        maxTotal: Int = 256,
        caFile: String? = nil,
        logger: Logger
    ) {
        self.init(
            settings: CurlSettings(
                policy: policy, maxConnectionsPerHost: maxConnectionsPerHost, maxTotal: maxTotal, caFile: caFile),
            logger: logger)
    }

    init(settings: CurlSettings, logger: Logger) {
        let inbox = CurlInbox()
        self.inbox = inbox
        guard Self.isCurlReady, let multi = curl_multi_init() else {
            logger.critical("libcurl could not be started; every outbound request will fail")
            inbox.retire()
            return
        }
        obhut_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, settings.maxConnectionsPerHost))
        obhut_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, max(1, settings.maxTotal))
        obhut_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, settings.maxTotal))
        obhut_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))

        // The handle moves to the new thread as a number, because a pointer cannot cross into a Sendable closure.
        let address = UInt(bitPattern: multi)
        inbox.open(multi)
        let failure = startThread {
            guard let multi = UnsafeMutableRawPointer(bitPattern: address) else { return }
            CurlReactor(inbox: inbox, multi: multi, settings: settings, logger: logger).run()
        }
        guard failure != 0 else { return }
        logger.critical("no thread for outbound requests", metadata: ["errno": "\(failure)"])
        for job in inbox.detach() {
            job.end(.failure(OutboundError(kind: .shutDown, beforeSending: true, detail: "the client did not start")))
        }
        if let multi = UnsafeMutableRawPointer(bitPattern: address) { curl_multi_cleanup(multi) }
        inbox.retire()
    }

    deinit {
        inbox.close(at: .now)
    }

    /// Refuses new requests, lets running ones go on for `grace`, aborts what is left, and returns when curl's thread
    /// has ended. Calling it again is harmless.
    public func shutdown(grace: Duration = .zero) async {
        inbox.close(at: .now + grace)
        await inbox.waitUntilRetired()
    }

    public func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let deadline = ContinuousClock.now + request.timeout
        var hop = request
        var followed = 0
        while true {
            if let malformation = hop.malformation {
                throw OutboundError(kind: .refusedRequest, beforeSending: followed == 0, detail: malformation)
            }
            let response: OutboundResponse
            do throws(OutboundError) {
                response = try await exchange(hop, deadline: deadline).get()
            } catch {
                var error = error
                // An earlier hop has reached its peer.
                if followed > 0 { error.beforeSending = false }
                throw error
            }
            guard case .follow(let limit) = request.redirects, let next = try Redirect.next(after: response, to: hop)
            else { return response }
            guard followed < limit else {
                throw OutboundError(kind: .tooManyRedirects, beforeSending: false, detail: "more than \(limit)")
            }
            hop = next
            followed += 1
        }
    }

    /// One hop.
    private func exchange(
        _ request: OutboundRequest, deadline: ContinuousClock.Instant
    ) async -> Result<OutboundResponse, OutboundError> {
        guard !Task.isCancelled else {
            return .failure(
                OutboundError(kind: .cancelled, beforeSending: true, detail: "cancelled before it was sent"))
        }
        let inbox = inbox
        let id = inbox.reserveID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inbox.submit(CurlJob(id: id, request: request, deadline: deadline, continuation: continuation))
                // A cancellation that came before the job was submitted was in vain: repeat it.
                if Task.isCancelled { inbox.cancel(id) }
            }
        } onCancel: {
            inbox.cancel(id)
        }
    }

    /// Once for the process; curl has no use for being torn down again.
    private static let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
