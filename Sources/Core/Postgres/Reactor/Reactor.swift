import CPQ
import Glibc
import Synchronization

/// What the reactor tells of a socket's readiness.
protocol ReactorHandler: AnyObject, Sendable {
    func socketReady(readable: Bool, writable: Bool)
}

/// One thread that waits on every connection's socket (epoll) and on timers, for the whole process.
///
/// Handlers run on that thread; they only move bytes and resume tasks, and never block.
final class Reactor: Sendable {
    /// Nil when the system had no descriptor or thread left for it.
    static let shared: Reactor? = Reactor()

    private struct State {
        var handlers: [UInt64: Entry] = [:]
        var timers = TimerQueue()
        var nextID: UInt64 = 1
        /// When the thread will wake by itself; an earlier timer must wake it.
        var wakesAt: ContinuousClock.Instant?
    }

    private struct Entry {
        weak var handler: (any ReactorHandler)?
        var descriptor: Int32
        var events: Int
    }

    private let epoll: Int32
    private let wakeup: Int32
    private let state = Mutex(State())

    private init?() {
        epoll = cpq_epoll_create()
        wakeup = cpq_eventfd_create()
        guard epoll >= 0, wakeup >= 0,
            cpq_epoll_control(epoll, EPOLL_CTL_ADD, wakeup, UInt32(CPQ_READABLE), 0) == 0
        else { return nil }
        guard BlockingThread.start({ [self] in loop() }) else { return nil }
    }

    /// Watches a socket for input. The handler is held weakly.
    ///
    /// - Returns: The registration's id, or nil when the system refused.
    func register(_ descriptor: Int32, _ handler: any ReactorHandler) -> UInt64? {
        let id = state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.handlers[id] = Entry(handler: handler, descriptor: descriptor, events: CPQ_READABLE)
            return id
        }
        if cpq_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, UInt32(CPQ_READABLE), id) == 0 { return id }
        state.withLock { _ = $0.handlers.removeValue(forKey: id) }
        return nil
    }

    /// Chooses what to be told of; that the peer is gone is told in any case.
    func watch(_ id: UInt64, readable: Bool, writable: Bool) {
        state.withLock { state in
            let events = (readable ? CPQ_READABLE : 0) | (writable ? CPQ_WRITABLE : 0)
            guard let entry = state.handlers[id], entry.events != events else { return }
            state.handlers[id]?.events = events
            _ = cpq_epoll_control(epoll, EPOLL_CTL_MOD, entry.descriptor, UInt32(events), id)
        }
    }

    /// Ends a registration. A socket that is closed already has left epoll by itself, and must not be named to it again.
    func unregister(_ id: UInt64, socketIsOpen: Bool) {
        state.withLock { state in
            guard let entry = state.handlers.removeValue(forKey: id), socketIsOpen else { return }
            _ = cpq_epoll_control(epoll, EPOLL_CTL_DEL, entry.descriptor, 0, id)
        }
    }

    /// Runs `body` on the reactor's thread at `deadline`, once.
    @discardableResult
    func schedule(at deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> TimerID {
        let (id, mustWake) = state.withLock { state in
            let id = state.timers.add(deadline, body)
            return (id, state.wakesAt.map { deadline < $0 } ?? true)
        }
        if mustWake { wake() }
        return id
    }

    func cancel(_ timer: TimerID) {
        state.withLock { $0.timers.remove(timer) }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeup, &one, MemoryLayout<UInt64>.size)
    }

    private func loop() {
        let capacity = 64
        let events = UnsafeMutablePointer<cpq_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while true {
            let count = cpq_epoll_wait(epoll, events, Int32(capacity), prepareToWait())
            for index in 0..<Int(max(count, 0)) {
                handle(events[index])
            }
            let due = state.withLock { $0.timers.takeDue(ContinuousClock.now) }
            for body in due { body() }
        }
    }

    /// The time until the next timer, in milliseconds, rounded up; -1 for none.
    private func prepareToWait() -> Int32 {
        state.withLock { state in
            state.wakesAt = state.timers.next
            guard let next = state.timers.next else { return -1 }
            let left = next - ContinuousClock.now
            return left <= .zero ? 0 : Int32(clamping: left.wholeMilliseconds + 1)
        }
    }

    private func handle(_ event: cpq_event) {
        if event.id == 0 {
            var counter: UInt64 = 0
            _ = read(wakeup, &counter, MemoryLayout<UInt64>.size)
            return
        }
        let handler = state.withLock { $0.handlers[event.id]?.handler }
        let events = Int(event.events)
        handler?.socketReady(
            readable: events & (CPQ_READABLE | CPQ_BROKEN) != 0, writable: events & CPQ_WRITABLE != 0)
    }
}
