import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM, as something to wait for.
final class StopSignal: Sendable {
    struct Stopped: Error {}

    private let stream: AsyncStream<Void>
    private let isStopped = Atomic(false)

    init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        self.stream = stream
        let queue = DispatchQueue(label: "eu.obhut.signals")
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler holds the source, so it lives as long as the process, which is how long it is wanted.
            source.setEventHandler { [self] in
                _ = source
                isStopped.store(true, ordering: .relaxed)
                continuation.yield()
                continuation.finish()
            }
            source.resume()
        }
    }

    func check() throws {
        if isStopped.load(ordering: .relaxed) { throw Stopped() }
    }

    func wait() async {
        for await _ in stream { return }
    }
}
