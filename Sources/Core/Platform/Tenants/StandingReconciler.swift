import Logging
import Postgres
import ServiceLifecycle

/// Tells the regions at start what the control plane says of their tenants, and goes on until every shard has heard it.
struct StandingReconciler: Service {
    /// How long to wait before asking again a shard that did not answer.
    static let pause = Duration.seconds(15)

    let tenants: TenantService
    let shards: Set<ShardID>
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var left = shards
            while !left.isEmpty, !Task.isCancelled {
                do {
                    left = try await tenants.reconcile(left, logger)
                } catch {
                    logger.warning("the tenants' standing could not be read", metadata: ["error": "\(error)"])
                }
                if !left.isEmpty { try? await Task.sleep(for: Self.pause) }
            }
            // A service that returns ends the group.
            try? await Task.sleep(for: .seconds(Int64.max / 4))
        }
    }
}
