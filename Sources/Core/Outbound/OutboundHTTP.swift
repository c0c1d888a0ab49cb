/// Sends one HTTP request to the world outside and returns its answer.
///
/// Whatever status the peer answers with is a response, not an error: only a request that got no complete answer throws.
/// Features depend on this protocol; `CurlClient` is the live one.
public protocol OutboundHTTP: Sendable {
    /// - Parameter request: what to send, with its own time and size limits.
    /// - Returns: the peer's complete answer.
    /// - Throws: `OutboundError`; its `beforeSending` tells whether sending again can reach the peer twice.
    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse
}
