/// One hop of a request on its way to curl's thread, with the continuation that waits for its end.
struct CurlJob: Sendable {
    /// Unique within one client; cancellation names the job by it.
    let id: UInt64
    let request: OutboundRequest
    /// When the whole request, all hops together, must be over.
    let deadline: ContinuousClock.Instant
    private let continuation: CheckedContinuation<Result<OutboundResponse, OutboundError>, Never>

    init(
        id: UInt64,
        request: OutboundRequest,
        deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<Result<OutboundResponse, OutboundError>, Never>
    ) {
        self.id = id
        self.request = request
        self.deadline = deadline
        self.continuation = continuation
    }

    /// Must be called exactly once.
    func end(_ result: Result<OutboundResponse, OutboundError>) {
        continuation.resume(returning: result)
    }
}
