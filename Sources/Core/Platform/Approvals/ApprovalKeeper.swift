import Logging
import ServiceLifecycle

/// Looks after approvals that nobody decided in time, or that a process left when it died.
struct ApprovalKeeper: Service {
    static let interval = Duration.seconds(20)

    let approvals: ApprovalService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await approvals.tidyUp()
                } catch {
                    logger.warning("approvals could not be looked after", metadata: ["error": "\(type(of: error))"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
