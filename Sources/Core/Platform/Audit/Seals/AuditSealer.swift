import Logging
import ServiceLifecycle

import struct Foundation.Date

/// Seals each day of the trail after its end. Runs in every process; the first to come makes the seal.
struct AuditSealer: Service {
    /// Looks so often: a clock that was set, or a process that slept, is not taken by surprise.
    static let interval = Duration.seconds(600)

    let seals: AuditSeals
    let consents: ConsentHeads
    let logger: Logger

    /// When a moment's day began (UTC).
    static func day(of moment: Date) -> Date {
        let seconds = moment.timeIntervalSince1970
        return Date(timeIntervalSince1970: seconds - seconds.truncatingRemainder(dividingBy: 86_400))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = Date()
                // Those whose heads were entered today wait for tomorrow.
                await consents.note(before: Self.day(of: now))
                do {
                    try await seals.sealDays(until: now)
                } catch {
                    logger.error("the audit trail could not be sealed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
