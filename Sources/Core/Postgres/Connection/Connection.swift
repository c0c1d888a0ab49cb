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
        /// The number of cancel requests on their way; a finished batch waits for them, so that none hits a later one.
        var cancelsInFlight = 0
        var held: [@Sendable () -> Void] = []
        /// The last batch that was written out whole.
        var flushedThrough: UInt64 = 0
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

    /// Whether nothing is in flight and no transaction is open.
    var isIdle: Bool {
        state.withLock { state in
            state.running.isEmpty && state.exclusive == nil
                && state.pointer.map { PQtransactionStatus($0) == PQTRANS_IDLE } ?? false
        }
    }

    func newID() -> UInt64 {
        nextID.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// The server process, as in `pg_stat_activity`.
    var processID: Int32 { state.withLock { $0.pointer.map { PQbackendPID($0) } ?? 0 } }

    /// Sends a batch and waits for what comes back. Cancelling the task cancels the batch on the server.
    func run(_ batch: Batch) async -> BatchResult {
        await run { id, completion in submit(batch, id: id, completion: completion) }
    }

    /// As `run(_:)`, for a caller that makes the batch at the moment it is sent: `send` must call `submit` or `completion`.
    func run(
        _ send: (_ id: UInt64, _ completion: @escaping @Sendable (BatchResult) -> Void) -> Void
    ) async -> BatchResult {
        let id = newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                send(id) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancel(batch: id)
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelledEarly.remove(id) } }
        return result
    }

    /// Sends a batch; `completion` is called once, on the reactor's thread or, when nothing could be sent, on the caller's.
    func submit(_ batch: Batch, completion: @escaping @Sendable (BatchResult) -> Void) {
        submit(batch, id: newID(), completion: completion)
    }

    func submit(_ batch: Batch, id: UInt64, completion: @escaping @Sendable (BatchResult) -> Void) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            let name = batch.items.first?.query.name
            if state.cancelledEarly.remove(id) != nil {
                let error = PostgresError(.cancelled, "the task was cancelled before it sent anything", queryName: name)
                return after.append { completion(.failure(error)) }
            }
            if let broken = state.brokenBy ?? (state.pointer == nil ? PostgresError(.closed, "closed") : nil) {
                var error = PostgresError(.connectionLost, broken.message, queryName: name)
                error.wasSent = false
                return after.append { [error] in completion(.failure(error)) }
            }
            var running = RunningBatch(id: id, ending: batch.ending, completion: completion)
            if state.running.isEmpty { state.lastProgress = .now }
            state.pausesReading = false
            let queued = Self.queue(batch, &running, &state)
            state.running.append(running)
            if !queued {
                breakConnection(&state, Self.lost, &after)
            } else {
                flush(&state, &after)
            }
        }
        for action in after { action() }
    }

    /// Hands the batch to libpq, which buffers it. False when libpq refuses: the connection is then of no use.
    private static func queue(_ batch: Batch, _ running: inout RunningBatch, _ state: inout State) -> Bool {
        guard let pointer = state.pointer else { return false }
        if state.running.isEmpty {
            for name in state.statements.takeEvicted() {
                // In a Sync of its own: it must neither fail with the batch nor take a snapshot before BEGIN.
                var drop = RunningBatch(id: 0, ending: .open) { _ in }
                drop.steps = [.statement(name: "postgres.deallocate")]
                guard PQsendQueryParams(pointer, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1) == 1,
                    PQpipelineSync(pointer) == 1
                else { return false }
                state.running.append(drop)
            }
        }
        for item in batch.items {
            guard queue(item, pointer, &running, &state.statements) else { return false }
        }
        return PQpipelineSync(pointer) == 1
    }

    private static func queue(
        _ item: Batch.Item, _ pointer: OpaquePointer, _ running: inout RunningBatch, _ statements: inout StatementCache
    ) -> Bool {
        let query = item.query
        var plan = StatementCache.Plan.unprepared
        if statements.isEnabled {
            let key = StatementCache.Key(sql: query.sql, types: item.parameters.types)
            plan = statements.plan(key, batch: running.id)
            if case .prepare(let name) = plan {
                let types = item.parameters.types.map(\.rawValue)
                guard PQsendPrepare(pointer, name, query.sql, Int32(types.count), types) == 1 else { return false }
                running.steps.append(.prepare(key))
                running.prepares = true
                plan = .prepared(name)
            }
        }
        running.steps.append(.statement(name: query.name))
        return item.parameters.withPointers { count, values, lengths, formats in
            if case .prepared(let name) = plan {
                return PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) == 1
            }
            let types = item.parameters.types.map(\.rawValue)
            return PQsendQueryParams(pointer, query.sql, count, types, values, lengths, formats, 1) == 1
        }
    }

    func flush(_ state: inout State, _ after: inout [@Sendable () -> Void]) {
        guard let pointer = state.pointer else { return }
        let left = PQflush(pointer)
        if left == 0, let last = state.running.last { state.flushedThrough = max(state.flushedThrough, last.id) }
        // A failed write is not yet the end: what the server said before it closed may still be read.
        if let registration = state.registration, PQsocket(pointer) >= 0 {
            reactor.watch(registration, readable: !state.pausesReading, writable: left == 1)
        }
        if PQstatus(pointer) == CONNECTION_BAD { readRest(&state, &after) }
    }

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
        let flushed = state.flushedThrough
        for running in state.running {
            let result = running.outcome(ofBreak: reason, sent: running.id <= flushed)
            after.append { running.completion(result) }
        }
        after += state.held
        state.held = []
        state.running = []
        if let work = state.exclusive {
            state.exclusive = nil
            after.append { work.completion(reason) }
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
