import Logging
import Postgres
import ServiceLifecycle

/// Erases tenants whose time has come. Every process that works looks, and of each shard one in the whole installation does it: who
/// holds the shard's lock. What it leaves when it dies, the next goes on with.
struct ErasureWorker: Service {
    static let interval = Duration.seconds(15)

    let erasure: TenantErasure
    let control: PostgresClient
    let shards: [ShardID]
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for shard in shards { await look(shard) }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Erases what is due in a shard, unless another process does.
    func look(_ shard: ShardID) async {
        do {
            // What is erased is committed by transactions of its own; this one holds the lock and nothing else.
            try await control.transaction(retries: 0) { tx in
                guard try await tx.query(ErasureStore.claim(shard))[0].decode("is_mine", as: Bool.self) else { return }
                for row in try await tx.query(TenantStore.due(shard)) {
                    let id = try row.decode("tenant_id", as: TenantID.self)
                    do {
                        try await erasure.erase(id, .system)
                        logger.notice("a tenant was erased", metadata: ["tenant": "\(id)"])
                    } catch {
                        logger.error(
                            "a tenant could not be erased yet", metadata: ["tenant": "\(id)", "error": "\(error)"])
                    }
                }
            }
        } catch {
            logger.warning(
                "due erasures could not be looked for", metadata: ["shard": "\(shard)", "error": "\(error)"])
        }
    }
}
