import CPQ

extension Connection {
    func socketReady(readable: Bool, writable: Bool) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard let pointer = state.pointer else { return }
            state.lastProgress = .now
            if writable { flush(&state, &after) }
            guard state.pointer != nil else { return }
            if readable {
                let isOpen = PQconsumeInput(pointer) == 1
                // It writes, too, and may have written the last byte before it found the connection broken.
                if !isOpen {
                    state.markWritten()
                    return readRest(&state, &after)
                }
                if !state.isFlushed { flush(&state, &after) }
                guard state.pointer != nil else { return }
            }
            if state.exclusive != nil {
                advanceExclusive(pointer, &state, &after)
            } else {
                takeResults(pointer, &state, &after)
            }
            // What has just been read may have ended the connection, and freed what the pointer points at.
            guard state.pointer != nil else { return }
            takeNotifications(pointer, &state, &after)
            if PQstatus(pointer) == CONNECTION_BAD { return readRest(&state, &after) }
            advanceCancel(&state, &after)
        }
        for action in after { action() }
    }

    private func takeResults(
        _ pointer: OpaquePointer, _ state: inout State, _ after: inout [@Sendable () -> Void]
    ) {
        while !state.running.isEmpty, PQisBusy(pointer) == 0 {
            take(PQgetResult(pointer), &state, &after)
        }
    }

    /// After the socket's end: the server's last words, which libpq has still buffered, then the end of the connection.
    func readRest(_ state: inout State, _ after: inout [@Sendable () -> Void]) {
        // Only a dropped socket makes sure that `PQgetResult` cannot wait.
        if let pointer = state.pointer, PQsocket(pointer) < 0, state.exclusive == nil {
            var nulls = 0
            while !state.running.isEmpty, nulls < 3 {
                guard let result = PQgetResult(pointer) else {
                    nulls += 1
                    state.running[0].stepEnded()
                    continue
                }
                nulls = 0
                if PQresultStatus(result) == PGRES_FATAL_ERROR, ServerReport(result) == nil {
                    PQclear(result)
                    break
                }
                take(result, &state, &after)
            }
        }
        breakConnection(&state, Self.lost, &after)
    }

    private func take(_ result: OpaquePointer?, _ state: inout State, _ after: inout [@Sendable () -> Void]) {
        guard let result else { return state.running[0].stepEnded() }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            finishHead(&state, &after)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
            switch state.running[0].currentStep {
            case .prepare(let key):
                state.statements.confirm(key, batch: state.running[0].id)
                state.running[0].succeeded(nil)
                PQclear(result)
            case .statement(let name):
                state.running[0].succeeded(PostgresRows(ResultHandle(result, queryName: name)))
            case nil:
                PQclear(result)
            }
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            state.running[0].skipped()
        default:
            let report = ServerReport(result)
            PQclear(result)
            if let report {
                state.running[0].failed(report)
                // A DEALLOCATE of what is gone already says nothing of the others.
                let isDrop = state.running[0].id == RunningBatch.drop
                if !isDrop, report.state == .invalidStatementName || report.isStalePlan { state.statements.forgetAll() }
            } else if PQstatus(state.pointer) == CONNECTION_BAD {
                breakConnection(&state, Self.lost, &after)
            } else {
                // A COPY sent as an ordinary statement, or a protocol this client does not speak.
                breakConnection(
                    &state, PostgresError(.misuse, "the statement cannot be run here; COPY has functions of its own"),
                    &after)
            }
        }
    }

    private func finishHead(_ state: inout State, _ after: inout [@Sendable () -> Void]) {
        let done = state.running.removeFirst()
        if done.prepares { state.statements.settle(batch: done.id) }
        let deliver: @Sendable () -> Void = { done.completion(done.outcome) }
        if state.cancelling.isEmpty {
            after.append(deliver)
        } else {
            state.held.append(deliver)
        }
    }

    private func takeNotifications(
        _ pointer: OpaquePointer, _ state: inout State, _ after: inout [@Sendable () -> Void]
    ) {
        let before = state.notifications.count
        while let notification = PQnotifies(pointer) {
            state.notifications.append(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra),
                    processID: notification.pointee.be_pid))
            PQfreemem(notification)
        }
        if state.notifications.count > before { after.append(onNotification) }
    }
}
