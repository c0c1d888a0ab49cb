extension Connection.State {
    /// What the server is at work on, if it was asked to be cancelled.
    fileprivate var workToCancel: UInt64? {
        if let exclusive { return exclusive.isCancelled ? exclusive.id : nil }
        return running.first.flatMap { $0.cancelRequested ? $0.id : nil }
    }

    /// The server passes over a cancel request that comes before its statement.
    fileprivate var isAtServer: Bool {
        if let exclusive { return exclusive.isContinuation || isFlushed }
        return running.first?.isWritten ?? false
    }
}

extension Connection {
    /// Cancels a batch or a piece of exclusive work, when its turn comes; at once, if that is now.
    func cancel(_ id: UInt64) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            if state.exclusive?.id == id {
                state.exclusive?.isCancelled = true
            } else if let index = state.running.firstIndex(where: { $0.id == id }) {
                state.running[index].cancelRequested = true
            } else {
                state.cancelledEarly.insert(id)
                return
            }
            advanceCancel(&state, &after)
        }
        for action in after { action() }
    }

    /// Does what is due for cancelled work that the server has come to: begins its grace, and sends the request as soon as the
    /// statement is written out. To be called whenever one of these may have changed.
    func advanceCancel(_ state: inout State, _ after: inout [@Sendable () -> Void]) {
        guard let id = state.workToCancel else { return }
        if state.inGrace != id {
            state.inGrace = id
            reactor.schedule(at: .now + configuration.cancelGrace / 2) { [weak self] in self?.cancelAgain(id) }
            reactor.schedule(at: .now + configuration.cancelGrace) { [weak self] in self?.giveUp(cancelled: id) }
        }
        if state.cancelSentFor != id, state.isAtServer { sendCancel(id, &state, &after) }
    }

    /// The first request may have overtaken its statement on the way.
    private func cancelAgain(_ id: UInt64) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard state.workToCancel == id, !state.cancelling.contains(id) else { return }
            sendCancel(id, &state, &after)
        }
        for action in after { action() }
    }

    /// From a thread of its own, as `PQcancel` blocks.
    private func sendCancel(_ id: UInt64, _ state: inout State, _ after: inout [@Sendable () -> Void]) {
        state.cancelSentFor = id
        state.cancelling.insert(id)
        after.append { [self] in
            let started = BlockingThread.start { [self] in
                canceller?.send()
                cancelSent(id)
            }
            if !started { cancelSent(id) }
        }
    }

    private func cancelSent(_ id: UInt64) {
        let held = state.withLock { state in
            state.cancelling.remove(id)
            guard state.cancelling.isEmpty else { return [@Sendable () -> Void]() }
            defer { state.held = [] }
            return state.held
        }
        for action in held { action() }
    }

    /// Ends the connection when cancelled work is still at work, or its request still on its way, after its grace.
    func giveUp(cancelled id: UInt64) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard state.workToCancel == id || state.cancelling.contains(id) else { return }
            let error = PostgresError(.cancelled, "the statement was cancelled, and its connection given up")
            breakConnection(&state, error, &after)
        }
        for action in after { action() }
    }
}
