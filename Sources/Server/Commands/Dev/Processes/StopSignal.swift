import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and the end of the terminal, as something to wait for. Repeating them changes nothing.
final class StopSignal: Sendable {
    struct Stopped: Error {}

    private struct State {
        var isStopped = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// - Parameter onStop: called once, when the first signal comes.
    init(onStop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "eu.obhut.signals")
        for number in [SIGINT, SIGTERM, SIGHUP] where !(number == SIGHUP && Self.isIgnored(SIGHUP)) {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler holds the source, so it lives as long as the process, which is how long it is wanted.
            source.setEventHandler { [self] in
                _ = source
                let (isFirst, waiting) = state.withLock { state in
                    defer { state = State(isStopped: true) }
                    return (!state.isStopped, state.waiting)
                }
                if isFirst { onStop() }
                for continuation in waiting { continuation.finish() }
            }
            source.resume()
        }
    }

    /// As `nohup` leaves it.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }

    /// Runs `body`; when a signal comes, or has come already, cancels it and waits for its end.
    /// - Throws: `Stopped` after a signal.
    func during<Outcome: Sendable>(_ body: @escaping @Sendable () async throws -> Outcome) async throws -> Outcome {
        try await running(
            beside: { [self] in
                await wait()
                try Task.checkCancellation()
                throw Stopped()
            }, body)
    }

    private func wait() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.isStopped { continuation.finish() } else { state.waiting.append(continuation) }
        }
        for await _ in stream {}
    }
}
