import Logging
import ServiceLifecycle

/// Removes from the control plane what has served its time.
struct ControlHousekeeper: Service {
    let idempotency: IdempotencyService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await idempotency.removeExpired(atMost: Housekeeper.portion) == Housekeeper.portion {}
                } catch {
                    logger.warning(
                        "expired rows could not be removed", metadata: ["database": "control", "error": "\(error)"])
                }
                try? await Task.sleep(for: Housekeeper.interval)
            }
        }
    }
}
