public import Outbound

/// A service that says when something existed, over HTTP (RFC 3161, 3.4).
public struct TimestampAuthority: Sendable {
    /// Where requests go; `http` needs an exception of the egress policy.
    public var url: String
    /// Certificates that its own must lead to. Without any, its timestamps are taken without knowing whose they are.
    public var certificates: [Certificate]
    /// For the whole exchange.
    public var timeout: Duration

    public init(url: String, certificates: [Certificate] = [], timeout: Duration = .seconds(15)) {
        self.url = url
        self.certificates = certificates
        self.timeout = timeout
    }

    /// Gets a timestamp over a seal and returns the seal with it.
    ///
    /// - Throws: also when the seal has one already, before anything is sent.
    public func stamp(_ seal: [UInt8], http: any OutboundHTTP) async throws(SigningError) -> [UInt8] {
        guard try CMSSeal.timestampToken(of: seal) == nil else { throw .alreadyTimestamped }
        let request = try TimestampRequest(over: seal)
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await http.send(
                OutboundRequest(
                    method: "POST", url: url,
                    headers: [
                        ("Content-Type", "application/timestamp-query"), ("Accept", "application/timestamp-reply"),
                    ],
                    body: request.der, timeout: timeout, maxResponseBytes: 1 << 17))
        } catch {
            throw .authorityUnreachable(error)
        }
        guard response.status == 200 else { throw .authorityAnswered(status: response.status) }
        let token = try TimestampToken(response: response.body, to: request, trusting: certificates)
        return try CMSSeal.attach(token, to: seal)
    }
}
