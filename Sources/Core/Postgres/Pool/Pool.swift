import Logging
import Synchronization

/// Carries out what `PoolStateMachine` decides.
final class Pool: Sendable {
    struct State {
        var machine: PoolStateMachine
        var connections: [UInt64: Connection] = [:]
        var waiting: [UInt64: @Sendable (Result<Connection, PostgresError>) -> Void] = [:]
        /// Tasks cancelled before they came to wait.
        var cancelledEarly: Set<UInt64> = []
        var lastFailure: PostgresError?
        /// What was said of the outage that lasts: each of its failures is worth one warning.
        var reported: Set<String> = []
        var timer: (id: TimerID, deadline: ContinuousClock.Instant)?
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: PostgresConfiguration
    let logger: Logger
    private let metrics: PostgresMetrics
    let reactor: Reactor
    let state: Mutex<State>
    private let nextWaiterID = Atomic<UInt64>(1)

    init(_ configuration: PostgresConfiguration, _ reactor: Reactor, _ metrics: PostgresMetrics, _ logger: Logger) {
        self.configuration = configuration
        self.reactor = reactor
        self.metrics = metrics
        self.logger = logger
        self.state = Mutex(State(machine: PoolStateMachine(configuration.pool)))
    }

    // MARK: Borrowing

    /// Lends a connection; give it back with `release`.
    func acquire(_ queryName: String?) async throws(PostgresError) -> Connection {
        if let connection = state.withLock({ Self.takeIdle(&$0) }) { return connection }
        let waiter = nextWaiterID.wrappingAdd(1, ordering: .relaxed).oldValue
        let result: Result<Connection, PostgresError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(waiter) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            stopWaiting(waiter)
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelledEarly.remove(waiter) } }
        switch result {
        case .success(let connection): return connection
        case .failure(var error):
            error.queryName = queryName
            throw error
        }
    }

    private static func takeIdle(_ state: inout State) -> Connection? {
        while let id = state.machine.takeIdle() {
            if let connection = state.connections[id], connection.isUsable { return connection }
            // It broke this instant; its own report will free the slot.
        }
        return nil
    }

    private func wait(_ waiter: UInt64, _ completion: @escaping @Sendable (Result<Connection, PostgresError>) -> Void) {
        decide { state in
            if state.cancelledEarly.remove(waiter) != nil {
                completion(.failure(PostgresError(.cancelled, "the task was cancelled before it sent anything")))
                return []
            }
            state.waiting[waiter] = completion
            return state.machine.wait(waiter, now: .now)
        }
    }

    private func stopWaiting(_ waiter: UInt64) {
        let completion = state.withLock { state -> (@Sendable (Result<Connection, PostgresError>) -> Void)? in
            if state.waiting[waiter] == nil {
                state.cancelledEarly.insert(waiter)
                return nil
            }
            _ = state.machine.stopWaiting(waiter)
            return state.waiting.removeValue(forKey: waiter)
        }
        completion?(.failure(PostgresError(.cancelled, "the task was cancelled while it waited for a connection")))
    }

    /// Takes a connection back. One that is inside a transaction is rolled back first.
    func release(_ connection: Connection) {
        let id = connection.id
        guard connection.isUsable else { return broke(id) }
        if connection.isIdle { return apply { $0.release(id, now: .now) } }
        guard connection.isInPipelineMode else { return connection.close() }
        connection.submit(Batch([.rollback], ending: .open)) { [weak self] _ in
            // Should it still be in a transaction, it is of no use to anyone.
            if connection.isIdle {
                self?.apply { $0.release(id, now: .now) }
            } else {
                connection.close()
            }
        }
    }

    // MARK: Deciding and doing

    func apply(_ transition: (inout PoolStateMachine) -> [PoolStateMachine.Action]) {
        decide { transition(&$0.machine) }
    }

    func decide(_ transition: (inout State) -> [PoolStateMachine.Action]) {
        var effects: [@Sendable () -> Void] = []
        state.withLock { state in
            for action in transition(&state) { effects.append(effect(of: action, &state)) }
            rearm(&state)
            if state.machine.isDrained, !state.drained.isEmpty {
                let drained = state.drained
                state.drained = []
                effects.append { for continuation in drained { continuation.resume() } }
            }
        }
        for effect in effects { effect() }
    }

    private func effect(of action: PoolStateMachine.Action, _ state: inout State) -> @Sendable () -> Void {
        switch action {
        case .connect(let id):
            return { [self] in connect(id) }
        case .close(let id):
            let connection = state.connections.removeValue(forKey: id)
            return { connection?.close() }
        case .check(let id):
            guard let connection = state.connections[id] else { return {} }
            return { [self] in check(connection) }
        case .grant(let waiter, let id):
            let completion = state.waiting.removeValue(forKey: waiter)
            guard let connection = state.connections[id] else {
                // `connections` and the machine change under one lock, so this is not expected; but nobody may wait for ever.
                return { completion?(.failure(Connection.lost)) }
            }
            return { completion?(.success(connection)) }
        case .refuse(let waiter, let refusal):
            let completion = state.waiting.removeValue(forKey: waiter)
            let error = Self.error(refusal, state.lastFailure, configuration.pool)
            metrics.refused.increment()
            return { completion?(.failure(error)) }
        }
    }

    private static func error(
        _ refusal: PoolStateMachine.Refusal, _ lastFailure: PostgresError?, _ settings: PostgresConfiguration.Pool
    ) -> PostgresError {
        switch refusal {
        case .timeout, .connectionRefused:
            lastFailure
                ?? PostgresError(
                    .acquisitionTimeout,
                    "no connection became free within \(settings.acquisitionTimeout); the pool holds \(settings.maximum)"
                )
        case .tooManyWaiters:
            PostgresError(.tooManyWaiters, "\(settings.maxWaiters) already wait for a connection")
        case .closed:
            PostgresError(.closed, "the client is closed")
        }
    }

    /// A tick a second while there are connections, to see that they answer; earlier for those who wait.
    private func rearm(_ state: inout State) {
        var wanted = state.machine.nextDeadline
        if state.machine.connectionCount > 0 {
            let regular = state.timer?.deadline ?? .now + .seconds(1)
            wanted = min(wanted ?? regular, regular)
        }
        guard let wanted, wanted < state.timer?.deadline ?? wanted + .seconds(1) else { return }
        if let timer = state.timer { reactor.cancel(timer.id) }
        let id = reactor.schedule(at: wanted) { [weak self] in self?.tick() }
        state.timer = (id, wanted)
    }

    private func tick() {
        let connections = state.withLock { state in
            state.timer = nil
            return Array(state.connections.values)
        }
        let now = ContinuousClock.now
        for connection in connections { connection.checkProgress(now) }
        apply { $0.tick(now) }
        state.withLock { state in
            metrics.inUse.record(state.machine.inUseCount)
            metrics.open.record(state.machine.connectionCount)
            metrics.waiting.record(state.machine.waitingCount)
        }
    }

    // MARK: Beginning and end

    func keepMinimum() {
        apply { $0.keepMinimum(.now) }
    }

    /// Refuses new work, lets what runs finish for as long as `grace`, then closes what is left.
    func close(grace: Duration) async {
        apply { $0.close() }
        let timer = reactor.schedule(at: .now + grace) { [self] in
            let connections = state.withLock { Array($0.connections.values) }
            for connection in connections { connection.close() }
        }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.machine.isDrained { return true }
                state.drained.append(continuation)
                return false
            }
            if isDrained { continuation.resume() }
        }
        reactor.cancel(timer)
    }

    // MARK: What it looks like now

    /// The server processes of the connections open now.
    var processIDs: [Int32] {
        state.withLock { Array($0.connections.values) }.map(\.processID).sorted()
    }

    var waitingCount: Int { state.withLock { $0.machine.waitingCount } }
    var inUseCount: Int { state.withLock { $0.machine.inUseCount } }
    var lastFailure: PostgresError? { state.withLock { $0.lastFailure } }
}
