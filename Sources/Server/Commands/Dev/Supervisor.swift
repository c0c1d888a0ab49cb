import Foundation
import PluginKit
import Synchronization

/// Keeps the sandbox and the server running: each a process of its own, started again when it ends, at once or, when it keeps ending, with
/// growing pauses.
final class Supervisor: Sendable {
    private struct State {
        var children: [String: ChildProcess] = [:]
        var isStopping = false
    }

    private let folder: DataFolder
    private let configuration: DevConfiguration
    private let state = Mutex(State())

    init(folder: DataFolder, configuration: DevConfiguration) {
        self.folder = folder
        self.configuration = configuration
    }

    var pids: [String: pid_t] { state.withLock { $0.children.mapValues(\.pid) } }

    func start() throws {
        for name in ["sandbox", "server"] {
            try launch(name)
            let thread = Thread { [self] in watch(name) }
            thread.start()
        }
    }

    private func launch(_ name: String) throws {
        let child = try ChildProcess(configuration.command(name), log: folder.file("\(name).log"))
        state.withLock { $0.children[name] = child }
        try DataFolder.write(Array("\(child.pid)\n".utf8), to: folder.file("\(name).pid"))
    }

    private func watch(_ name: String) {
        var pause: UInt32 = 50_000
        var started = Date()
        while true {
            let (child, isStopping) = state.withLock { ($0.children[name], $0.isStopping) }
            if isStopping { return }
            if child?.hasEnded ?? true {
                pause = Date().timeIntervalSince(started) > 2 ? 50_000 : min(pause * 2, 5_000_000)
                usleep(pause)
                let mayStart = state.withLock { !$0.isStopping }
                guard mayStart else { return }
                started = Date()
                try? launch(name)
            }
            usleep(10_000)
        }
    }

    /// The server first, so that what it took is stored and what it delivers reaches the sandbox.
    func stop() {
        let children = state.withLock { state in
            state.isStopping = true
            return state.children
        }
        for name in ["server", "sandbox"] {
            children[name]?.stop(within: 30)
            unlink(folder.file("\(name).pid"))
        }
    }
}
