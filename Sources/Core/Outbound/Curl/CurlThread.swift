internal import CCurl

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Runs `body` on a thread of its own: curl's loop blocks, and must not do so on Swift's cooperative pool.
///
/// - Returns: 0, or the errno that kept the thread from starting; `body` is not called then.
func startThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
    let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let failure = obhut_start_thread(
        { context in
            if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }, context)
    if failure != 0 { Unmanaged<ThreadBody>.fromOpaque(context).release() }
    return failure
}

/// Only for threads that `startThread` started.
func pauseThread(milliseconds: Int32) {
    poll(nil, 0, milliseconds)
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
