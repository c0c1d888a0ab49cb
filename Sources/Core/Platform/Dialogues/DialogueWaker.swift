import Logging
import Postgres
import ServiceLifecycle

/// Has dialogues looked at in which a person was silent for as long as the consent source wanted to wait.
struct DialogueWaker: Service {
    static let interval = Duration.seconds(5)
    static let portion = 500

    let shard: Shard
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await wake()
                } catch {
                    logger.warning(
                        "silent dialogues could not be looked for",
                        metadata: ["shard": "\(shard.id)", "error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Those that are looked at already are passed over, so that any number of processes may do this.
    func wake() async throws {
        for row in try await shard.worker.query(DialogueStore.due(atMost: Self.portion)) {
            let tenant = try row.decode("tenant_id", as: TenantID.self)
            _ = try await shard.worker.transactionBatch(
                settings: asTenant(tenant),
                [DialogueStore.enqueueSilence(tenant, try row.decode("contact_id"), try row.decode("channel_id"))])
        }
    }
}
