import Foundation
import Logging
import Synchronization

/// A process that is kept running: started again when it ends, at once or, when it keeps ending, with growing pauses.
/// Until it is settled an end is an error instead, told with the reason that the process printed.
final class KeptProcess: Sendable {
    struct Plan: Sendable {
        /// As a sentence begins with it.
        var name: String
        var command: [String]
        var environment = ProcessInfo.processInfo.environment
        var log: String
        /// Names the process while it runs.
        var pidFile: String?
        /// The signal that asks it to stop, and the one that insists.
        var asking = SIGTERM
        var insisting = SIGKILL
        /// Whether a start that failed for this reason may well succeed in a moment.
        var isPassing: @Sendable (String) -> Bool = { _ in false }
    }

    private struct State {
        var pid: pid_t = 0
        var isSettled = false
    }

    private let plan: Plan
    private let state = Mutex(State())

    init(_ plan: Plan) { self.plan = plan }

    var pid: pid_t { state.withLock { $0.pid } }

    /// From now on the process is started again when it ends.
    func settle() { state.withLock { $0.isSettled = true } }

    /// Starts the process, runs `body`, and stops the process, however `body` ends.
    func whileRunning<Outcome: Sendable>(
        _ body: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome {
        let first = try launch()
        defer {
            if let file = plan.pidFile { unlink(file) }
        }
        return try await running(beside: { [self] in try await keep(first) }, body)
    }

    private typealias Launched = (child: ChildProcess, log: ProcessLog)

    private func launch() throws -> Launched {
        let log = ProcessLog(path: plan.log)
        let child = try ChildProcess(plan.command, log: plan.log, environment: plan.environment)
        state.withLock { $0.pid = child.pid }
        if let file = plan.pidFile { try? DataFolder.write(Array("\(child.pid)\n".utf8), to: file) }
        return (child, log)
    }

    private func keep(_ first: Launched) async throws {
        var running: Launched? = first
        var pause = Duration.milliseconds(50)
        while true {
            let started = ContinuousClock.now
            if let (child, log) = running {
                let status = await child.end(asking: plan.asking, insisting: plan.insisting)
                if Task.isCancelled { return }
                try judge(status, log)
            }
            pause = ContinuousClock.now - started > .seconds(2) ? .milliseconds(50) : min(pause * 2, .seconds(5))
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            // Its binary may be missing for a moment, while it is built anew.
            running = try? launch()
        }
    }

    private func judge(_ status: ExitStatus, _ log: ProcessLog) throws {
        let reason = log.reason ?? "\(status)"
        guard state.withLock({ $0.isSettled }) || plan.isPassing(reason) else {
            throw SettingsError(description: "\(plan.name) ended before it was ready: \(reason) (see \(log.path))")
        }
        Logger(label: "dev").warning("\(plan.name) ended and is started again", metadata: ["status": "\(status)"])
    }
}
