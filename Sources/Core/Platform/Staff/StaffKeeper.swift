import Logging
import ServiceLifecycle

/// Looks after approvals that nobody decided in time or that a process left when it died, and removes what of
/// sign-ins and sessions served its time.
struct StaffKeeper: Service {
    static let interval = Duration.seconds(20)

    let approvals: ApprovalService
    let signIn: SignInService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await approvals.tidyUp()
                    try await signIn.tidyUp()
                } catch {
                    logger.warning(
                        "approvals and sign-ins could not be looked after", metadata: ["error": "\(type(of: error))"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
