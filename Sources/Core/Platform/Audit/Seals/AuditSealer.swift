import Logging
import ServiceLifecycle

import struct Foundation.Date

/// Seals each day of the trail after its end. Runs in every process; the first to come makes the seal.
struct AuditSealer: Service {
    /// Looks so often: a clock that was set, or a process that slept, is not taken by surprise.
    static let interval = Duration.seconds(600)

    let seals: AuditSeals
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await seals.sealDays(until: Date())
                } catch {
                    logger.error("the audit trail could not be sealed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
