import Logging
import Postgres
import ServiceLifecycle

/// Carries moves out. Every process that serves both shards of a move looks; who holds the move's lock goes on with it, and what it leaves
/// when it dies, the next does.
struct TenantMoveWorker: Service {
    static let interval = Duration.seconds(2)

    let mover: TenantMover
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await look()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    func look() async {
        do {
            let shards = mover.tenants.directory.shards
            for row in try await mover.control.query(TenantMoveStore.underWay) {
                let move = try TenantMoveStore.move(row)
                guard shards[move.from.shard] != nil, shards[move.to.shard] != nil else { continue }
                await goOn(move)
            }
        } catch {
            logger.warning("moves of tenants could not be looked for", metadata: ["error": "\(error)"])
        }
    }

    private func goOn(_ move: TenantMove) async {
        do {
            // What is done is committed by transactions of their own; this one holds the lock and nothing else, for as long as it takes.
            let settings = [("idle_in_transaction_session_timeout", "0")]
            try await mover.control.transaction(settings: settings, retries: 0) { tx in
                guard try await tx.query(TenantMoveStore.claim(move.id))[0].decode("is_mine", as: Bool.self) else {
                    return
                }
                try await mover.run(move)
            }
        } catch {
            logger.warning(
                "the move of a tenant goes on later",
                metadata: ["tenant": "\(move.tenant)", "move": "\(move.id)", "error": "\(error)"])
        }
    }
}
