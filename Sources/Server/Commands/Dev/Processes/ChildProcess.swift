import Foundation
import Synchronization

/// A child in a process group of its own, with no signal blocked. Foundation's `Process` hands a concurrency thread's
/// blocked signals on to the child, which then cannot be asked to stop.
final class ChildProcess: Sendable {
    private struct State {
        var status: ExitStatus?
        var waiters: [CheckedContinuation<ExitStatus, Never>] = []
    }

    let pid: pid_t
    /// Open as long as we live: a child that reads its standard input hears of our end, however we end.
    private let lifeline: Int32
    private let state = Mutex(State())
    /// One at a time, so that no other child is made between opening a pipe and marking it as ours alone.
    private static let spawning = Mutex(())

    /// - Parameter log: file that takes what the child prints.
    init(
        _ command: [String], log: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        (pid, lifeline) = try Self.spawning.withLock { _ in
            var pipes: [Int32] = [0, 0]
            guard pipe(&pipes) == 0 else {
                throw SettingsError(description: "no pipe to a child: \(SystemError())")
            }
            // Our end must not live on in other children, or they would keep this one's standard input open.
            for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { close(pipes[0]) }
            var pid: pid_t = 0
            let result = Self.spawn(&pid, command, input: pipes[0], log: log, environment)
            guard result == 0 else {
                close(pipes[1])
                throw SettingsError(
                    description: "\(command[0]) cannot be started: \(String(cString: strerror(result)))")
            }
            return (pid, pipes[1])
        }
        let thread = Thread { [self] in reap() }
        thread.start()
    }

    deinit { close(lifeline) }

    private static func spawn(
        _ pid: inout pid_t, _ command: [String], input: Int32, log: String, _ environment: [String: String]
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigemptyset(&all)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&all, signal) }
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for text in arguments + variables { free(text) }
        }
        return posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
    }

    /// Waits on a thread of its own. The id is given back under the lock, so that no signal can go to a stranger who
    /// got it.
    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        // What it left in its group, such as the watcher beside it, ends with it. The group is still its own.
        kill(-pid, SIGKILL)
        let (status, waiters) = state.withLock { state in
            var raw: Int32 = 0
            while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
            let status = ExitStatus(raw: raw)
            defer { state.waiters = [] }
            state.status = status
            return (status, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { kill(pid, number) }
        }
    }

    /// Returns when the child has ended. Cancelled, it asks the child to end, and insists `limit` seconds later.
    func end(asking: Int32 = SIGTERM, insisting: Int32 = SIGKILL, after limit: Double = 30) async -> ExitStatus {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state in
                    if state.status == nil { state.waiters.append(continuation) }
                    return state.status
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            signal(asking)
            DispatchQueue.global().asyncAfter(deadline: .now() + limit) { [self] in signal(insisting) }
        }
    }

    /// Whether a command that tests something says yes.
    static func says(yesTo command: [String]) async throws -> Bool {
        let status = await (try ChildProcess(command, log: "/dev/null")).end()
        try Task.checkCancellation()
        guard status.wasSignalled else { return status.isSuccess }
        throw SettingsError(description: "\(command.joined(separator: " ")) was killed (\(status))")
    }

    /// Runs a command to its end.
    /// - Parameter name: as a sentence begins with it.
    static func run(_ name: String, _ command: [String], log: String) async throws {
        let printed = ProcessLog(path: log)
        let status = await (try ChildProcess(command, log: log)).end(asking: SIGINT)
        try Task.checkCancellation()
        guard status.isSuccess else {
            throw SettingsError(description: "\(name) failed: \(printed.reason ?? "\(status)") (see \(log))")
        }
    }
}

/// How a process ended.
struct ExitStatus: Sendable, CustomStringConvertible {
    /// As `waitpid` gives it.
    let raw: Int32

    var isSuccess: Bool { raw == 0 }
    var wasSignalled: Bool { raw & 0x7F != 0 }
    var description: String { wasSignalled ? "signal \(raw & 0x7F)" : "exit code \(raw >> 8 & 0xFF)" }
}
