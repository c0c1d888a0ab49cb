import CPQ
import Glibc
import Synchronization

/// One connection to PostgreSQL, in pipeline mode.
///
/// Whoever calls encodes and sends on its own thread under the lock (a non-blocking write); the reactor's thread reads answers
/// under the same lock and resumes the callers. Batches may be sent while earlier ones still run; answers come in order.
final class Connection: ReactorHandler {
    /// libpq's connection and what belongs to it, touched only under `state`'s lock.
    struct State {
        var pointer: OpaquePointer?
        var registration: UInt64?
        var running: [RunningBatch] = []
        var statements: StatementCache
        /// Cancel asked for before the batch came to be sent.
        var cancelledEarly: Set<UInt64> = []
        /// The cancel requests on their way, by what they are to end; whatever ends waits for them, so that none hits a later one.
        var cancelling: Set<UInt64> = []
        var held: [@Sendable () -> Void] = []
        /// The work whose grace after being cancelled has begun, and the work that a cancel request was made for.
        var inGrace: UInt64?
        var cancelSentFor: UInt64?
        /// Whether libpq has nothing left to write.
        var isFlushed = true
        var lastProgress = ContinuousClock.now
        var notifications: [PostgresNotification] = []
        var exclusive: ExclusiveWork?
        /// While COPY's reader is behind, the socket is left unread, so that the server waits.
        var pausesReading = false
        var brokenBy: PostgresError?
    }

    let id: UInt64
    let configuration: PostgresConfiguration
    let openedAt = ContinuousClock.now
    let reactor: Reactor
    let state: Mutex<State>
    let canceller: Canceller?
    private let nextID = Atomic<UInt64>(1)
    /// Called once, off the lock, when the connection is of no more use.
    private let onBreak: @Sendable (_ id: UInt64) -> Void
    /// Called, off the lock, when notifications have come.
    let onNotification: @Sendable () -> Void

    /// Takes over an open connection.
    init(
        id: UInt64, opened: OpenedConnection, configuration: PostgresConfiguration, reactor: Reactor,
        onNotification: @escaping @Sendable () -> Void = {}, onBreak: @escaping @Sendable (UInt64) -> Void
    ) throws(PostgresError) {
        self.id = id
        self.configuration = configuration
        self.reactor = reactor
        self.onBreak = onBreak
        self.onNotification = onNotification
        self.canceller = Canceller(opened.pointer)
        self.state = Mutex(State(statements: StatementCache(configuration.preparedStatements)))
        let ready = state.withLock { state in
            state.pointer = opened.pointer
            guard PQsetnonblocking(opened.pointer, 1) == 0, PQenterPipelineMode(opened.pointer) == 1 else {
                return false
            }
            state.registration = reactor.register(PQsocket(opened.pointer), self)
            return state.registration != nil
        }
        if !ready { throw PostgresError(.connectionFailed, "the connection could not be set up") }
    }

    deinit {
        state.withLock { Self.finish(&$0, reactor) }
    }

    var isUsable: Bool { state.withLock { $0.brokenBy == nil && $0.pointer != nil } }

    /// Whether statements can be sent: not so after a COPY that was left unfinished.
    var isInPipelineMode: Bool {
        state.withLock { $0.pointer.map { PQpipelineStatus($0) == PQ_PIPELINE_ON } ?? false }
    }

    /// Whether nothing is in flight, not even a cancel request, and no transaction is open.
    var isIdle: Bool { state.withLock { $0.isOutsideTransaction && $0.cancelling.isEmpty } }

    /// Whether the server has said that no transaction is open. While something is in flight that is not known.
    var isOutsideTransaction: Bool { state.withLock { $0.isOutsideTransaction } }

    func newID() -> UInt64 {
        nextID.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// The server process, as in `pg_stat_activity`.
    var processID: Int32 { state.withLock { $0.pointer.map { PQbackendPID($0) } ?? 0 } }

    // MARK: Ending

    /// Ends the connection; what is in flight fails.
    func close() {
        abandon(PostgresError(.closed, "the connection was closed"))
    }

    func abandon(_ reason: PostgresError) {
        var after: [@Sendable () -> Void] = []
        state.withLock { breakConnection(&$0, reason, &after) }
        for action in after { action() }
    }

    /// Gives the connection up when the server owes an answer and has said nothing for longer than the configuration allows.
    func checkProgress(_ now: ContinuousClock.Instant) {
        // A script or a COPY may well be silent for long; TCP's own keepalive watches over those.
        guard let limit = configuration.effectiveResponseTimeout else { return }
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard !state.running.isEmpty, now - state.lastProgress > limit else { return }
            let error = PostgresError(.connectionLost, "the server did not answer in time")
            breakConnection(&state, error, &after)
        }
        for action in after { action() }
    }

    func breakConnection(_ state: inout State, _ reason: PostgresError, _ after: inout [@Sendable () -> Void]) {
        guard state.brokenBy == nil else { return }
        state.brokenBy = reason
        for running in state.running {
            // The server runs COMMIT as soon as it has read it: it need not have the Sync behind it.
            let result = running.outcome(ofBreak: reason, sent: running.ending == .commit || running.isWritten)
            after.append { running.completion(result) }
        }
        after += state.held
        state.held = []
        state.running = []
        if let work = state.exclusive {
            state.exclusive = nil
            let own = reason.code == .cancelled && !work.isCancelled ? Self.lost : reason
            after.append { work.completion(own) }
        }
        Self.finish(&state, reactor)
        let id = id
        let (onBreak, onNotification) = (onBreak, onNotification)
        after.append {
            onBreak(id)
            onNotification()
        }
    }

    private static func finish(_ state: inout State, _ reactor: Reactor) {
        if let registration = state.registration {
            // libpq may have closed the socket already, and its number may be another's by now.
            let isOpen = state.pointer.map { PQsocket($0) >= 0 } ?? false
            reactor.unregister(registration, socketIsOpen: isOpen)
        }
        state.registration = nil
        if let pointer = state.pointer { PQfinish(pointer) }
        state.pointer = nil
    }

    static var lost: PostgresError { PostgresError(.connectionLost, "the connection to the server broke") }
}

extension Connection.State {
    var isOutsideTransaction: Bool {
        running.isEmpty && exclusive == nil && pointer.map { PQtransactionStatus($0) == PQTRANS_IDLE } ?? false
    }
}
