extension Connection {
    func cancel(batch id: UInt64) {
        let isHead = state.withLock { state in
            guard let index = state.running.firstIndex(where: { $0.id == id }) else {
                state.cancelledEarly.insert(id)
                return false
            }
            state.running[index].cancelRequested = true
            return index == 0
        }
        if isHead { sendCancel(batch: id) }
    }

    /// Sends the cancel request from a thread of its own, as `PQcancel` blocks; gives the connection up if that does not help.
    func sendCancel(batch id: UInt64) {
        let mustSend = state.withLock { state in
            guard let head = state.running.first, head.id == id, !head.cancelSent else { return false }
            state.running[0].cancelSent = true
            state.cancelsInFlight += 1
            return true
        }
        if mustSend { cancelOnServer(id) }
    }

    /// The caller has counted it in `cancelsInFlight`.
    func cancelOnServer(_ id: UInt64) {
        reactor.schedule(at: .now + configuration.cancelGrace) { [weak self] in
            self?.giveUp(cancelled: id)
        }
        let canceller = canceller
        let started = BlockingThread.start { [self] in
            canceller?.send()
            cancelSent()
        }
        if !started { cancelSent() }
    }

    private func cancelSent() {
        let held = state.withLock { state in
            state.cancelsInFlight -= 1
            guard state.cancelsInFlight == 0 else { return [@Sendable () -> Void]() }
            defer { state.held = [] }
            return state.held
        }
        for action in held { action() }
    }

    private func giveUp(cancelled id: UInt64) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard state.running.first?.id == id || state.exclusive?.id == id || !state.held.isEmpty else { return }
            let error = PostgresError(.cancelled, "the statement was cancelled, and its connection given up")
            breakConnection(&state, error, &after)
        }
        for action in after { action() }
    }
}
