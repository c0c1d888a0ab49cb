import CPQ

extension Connection {
    /// Sends a batch and waits for what comes back. Cancelling the task cancels the batch on the server.
    func run(_ batch: Batch) async -> BatchResult {
        await run { id, completion in submit(batch, id: id, completion: completion) }
    }

    /// As `run(_:)`, for a caller that makes the batch at the moment it is sent: `send` must call `submit` or `completion`, once.
    func run(
        _ send: (_ id: UInt64, _ completion: @escaping @Sendable (BatchResult) -> Void) -> Void
    ) async -> BatchResult {
        let id = newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                send(id) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancel(id)
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelledEarly.remove(id) } }
        return result
    }

    /// Sends a batch; `completion` is called once, on the reactor's thread or, when nothing could be sent, on the caller's.
    ///
    /// - Returns: False when nothing of the batch was sent, nor will be.
    @discardableResult
    func submit(_ batch: Batch, completion: @escaping @Sendable (BatchResult) -> Void) -> Bool {
        submit(batch, id: newID(), completion: completion)
    }

    @discardableResult
    func submit(_ batch: Batch, id: UInt64, completion: @escaping @Sendable (BatchResult) -> Void) -> Bool {
        var after: [@Sendable () -> Void] = []
        let refusal = state.withLock { state -> PostgresError? in
            if let refusal = state.refusal(of: batch, id: id) { return refusal }
            var running = RunningBatch(id: id, ending: batch.ending, completion: completion)
            if state.running.isEmpty { state.lastProgress = .now }
            state.pausesReading = false
            let queued = Self.queue(batch, &running, &state)
            state.running.append(running)
            if !queued {
                breakConnection(&state, Self.lost, &after)
            } else {
                flush(&state, &after)
                advanceCancel(&state, &after)
            }
            return nil
        }
        for action in after { action() }
        if let refusal { completion(.failure(refusal)) }
        return refusal == nil
    }

    /// Hands the batch to libpq, which buffers it. False when libpq refuses: the connection is then of no use.
    private static func queue(_ batch: Batch, _ running: inout RunningBatch, _ state: inout State) -> Bool {
        guard let pointer = state.pointer else { return false }
        // Not in a transaction, which would fail with it.
        if state.isOutsideTransaction {
            for name in state.statements.takeEvicted() {
                // In a Sync of its own: it must neither fail with the batch nor take a snapshot before BEGIN.
                var drop = RunningBatch(id: RunningBatch.drop, ending: .open) { _ in }
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
        if statements.isEnabled, query.isPrepared {
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
        state.isFlushed = left == 0
        if left == 0 { state.markWritten() }
        // A failed write is not yet the end: what the server said before it closed may still be read.
        if let registration = state.registration, PQsocket(pointer) >= 0 {
            reactor.watch(registration, readable: !state.pausesReading, writable: left == 1)
        }
        if PQstatus(pointer) == CONNECTION_BAD { readRest(&state, &after) }
    }
}

extension Connection.State {
    /// All that was queued has been written to the socket, or may have been.
    mutating func markWritten() {
        for index in running.indices.reversed() {
            if running[index].isWritten { return }
            running[index].isWritten = true
        }
    }

    /// Why a batch must not be sent, or cannot be; the connection is none the worse for it.
    fileprivate mutating func refusal(of batch: Batch, id: UInt64) -> PostgresError? {
        let name = batch.items.first?.query.name
        func refused(_ code: PostgresError.Code, _ message: String) -> PostgresError {
            PostgresError(code, message, queryName: name)
        }
        if cancelledEarly.remove(id) != nil {
            return refused(.cancelled, "the task was cancelled before it sent anything")
        }
        guard brokenBy == nil, let pointer else {
            var error = refused(.connectionLost, brokenBy?.message ?? "the connection was closed")
            error.wasSent = false
            return error
        }
        if let reason = batch.refusal { return refused(.misuse, reason) }
        if exclusive != nil || PQpipelineStatus(pointer) != PQ_PIPELINE_ON {
            return refused(.misuse, "the connection is at work for another statement")
        }
        if batch.needsTransaction, isOutsideTransaction { return PostgresTransaction.gone(name) }
        return nil
    }
}
