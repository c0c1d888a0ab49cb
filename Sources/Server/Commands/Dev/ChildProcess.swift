import Foundation
import Synchronization

/// A child in a process group of its own, with no signal blocked. Foundation's `Process` hands a concurrency thread's blocked signals on to
/// the child, which then cannot be asked to stop.
final class ChildProcess: Sendable {
    let pid: pid_t
    /// Open as long as we live: a child that reads it hears of our end, however we end.
    private let lifeline: Int32
    private let status = Mutex<Int32?>(nil)

    /// - Parameter log: file that takes what the child prints.
    init(_ command: [String], log: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0 else { throw Self.failure("pipe") }
        // Our end must not live on in other children, or they would keep this one's standard input open.
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0], 0)
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
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for text in arguments + variables { free(text) }
        }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
        close(pipes[0])
        guard result == 0 else {
            close(pipes[1])
            throw SettingsError(description: "\(command[0]) cannot be started: \(String(cString: strerror(result)))")
        }
        let started = pid
        self.pid = started
        lifeline = pipes[1]
        let thread = Thread { [self] in
            var code: Int32 = 0
            while waitpid(started, &code, 0) < 0, errno == EINTR {}
            status.withLock { $0 = code }
        }
        thread.start()
    }

    deinit { close(lifeline) }

    var hasEnded: Bool { status.withLock { $0 != nil } }
    var endedWell: Bool { status.withLock { $0 == 0 } }

    /// Asks, waits, and in the end insists.
    func stop(_ signal: Int32 = SIGTERM, within limit: Double) {
        guard !hasEnded else { return }
        kill(pid, signal)
        let end = Date(timeIntervalSinceNow: limit)
        while !hasEnded, Date() < end { usleep(20_000) }
        if !hasEnded {
            kill(pid, SIGKILL)
            while !hasEnded { usleep(20_000) }
        }
    }

    /// Runs a command to its end.
    static func run(_ command: [String], log: String) throws {
        let child = try ChildProcess(command, log: log)
        while !child.hasEnded { usleep(10_000) }
        guard child.endedWell else { throw SettingsError(description: "\(command.joined(separator: " ")) failed; see \(log)") }
    }

    private static func failure(_ what: String) -> SettingsError {
        SettingsError(description: "\(what) failed: \(String(cString: strerror(errno)))")
    }
}
