import Logging

@testable import Outbound

/// A client that may reach the given exceptions, shut down at the end.
func withClient<Result>(
    exceptions: [String] = ["127.0.0.1"],
    maxConnectionsPerHost: Int = 8,
    resolve: (@Sendable () -> [String])? = nil,
    connectTo: [String] = [],
    caFile: String? = nil,
    _ body: (CurlClient) async throws -> Result
) async throws -> Result {
    let client = CurlClient(
        settings: CurlSettings(
            policy: try EgressPolicy(exceptions: exceptions), maxConnectionsPerHost: maxConnectionsPerHost,
            maxTotal: 64,
            caFile: caFile, resolve: resolve, connectTo: connectTo),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let result: Result
    do {
        result = try await body(client)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
    return result
}

extension OutboundHTTP {
    /// The error of a request that is expected to fail; `nil` when it was answered.
    func failure(_ request: OutboundRequest) async -> OutboundError? {
        do throws(OutboundError) {
            _ = try await send(request)
            return nil
        } catch {
            return error
        }
    }
}

/// Waits until a condition holds, asking every few milliseconds; false after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}
