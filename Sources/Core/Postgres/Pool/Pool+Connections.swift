import Logging

extension Pool {
    func connect(_ id: UInt64) {
        Connector.open(configuration) { [weak self] opened in
            guard let self else {
                if case .success(let opened) = opened { opened.discard() }
                return
            }
            do throws(PostgresError) {
                let connection = try Connection(
                    id: id, opened: try opened.get(), configuration: configuration, reactor: reactor
                ) { [weak self] id in
                    self?.broke(id)
                }
                add(connection)
            } catch {
                failed(id, error)
            }
        }
    }

    private func add(_ connection: Connection) {
        let id = connection.id
        let chance = Double.random(in: 0..<1)
        let isBack = state.withLock { !$0.reported.isEmpty }
        if isBack {
            logger.notice("the database is reached again", metadata: ["database": "\(configuration.database)"])
        }
        decide { state in
            state.connections[id] = connection
            state.lastFailure = nil
            state.reported = []
            return state.machine.connected(id, now: .now, chance: chance)
        }
        // It may have broken before it was in the list.
        if !connection.isUsable { broke(id) }
    }

    private func failed(_ id: UInt64, _ error: PostgresError) {
        let isNew = state.withLock { $0.reported.insert(error.message).inserted }
        logger.log(
            level: isNew ? .warning : .debug, "cannot connect to the database",
            metadata: ["database": "\(configuration.database)", "reason": "\(error.message)"])
        let chance = Double.random(in: 0..<1)
        let final: Set<SQLState> = [.invalidPassword, .invalidAuthorization, .invalidCatalogName]
        let isFinal = error.sqlState.map { final.contains($0) } ?? false
        decide { state in
            state.lastFailure = error
            return state.machine.connectFailed(id, isFinal: isFinal, now: .now, chance: chance)
        }
    }

    func broke(_ id: UInt64) {
        decide { state in
            if state.connections.removeValue(forKey: id) != nil {
                logger.debug("a database connection ended", metadata: ["database": "\(configuration.database)"])
            }
            return state.machine.lost(id, now: .now)
        }
    }

    func check(_ connection: Connection) {
        let timer = reactor.schedule(at: .now + configuration.connectTimeout) { [weak connection] in
            connection?.abandon(PostgresError(.connectionLost, "the connection failed its health check"))
        }
        connection.submit(Batch([PostgresQuery("postgres.health", "SELECT 1")], ending: .autocommit)) {
            [weak self] result in
            self?.reactor.cancel(timer)
            if case .success = result {
                self?.apply { $0.release(connection.id, now: .now) }
            } else {
                connection.close()
            }
        }
    }
}
