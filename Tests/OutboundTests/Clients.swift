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
