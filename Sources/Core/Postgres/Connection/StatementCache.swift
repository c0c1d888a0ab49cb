/// Which statements are prepared on one connection: a pure value.
struct StatementCache: Sendable {
    struct Key: Hashable, Sendable {
        var sql: String
        var types: [PostgresType]
    }

    /// How a statement is to be sent.
    enum Plan: Equatable, Sendable {
        /// It is prepared under this name.
        case prepared(String)
        /// Prepare it under this name, then run it.
        case prepare(String)
        /// Send it as it is, unprepared.
        case unprepared
    }

    private struct Entry: Sendable {
        var name: String
        var lastUse: UInt64
        /// The batch that prepares it; nil once the server confirmed.
        var preparingIn: UInt64?
    }

    private let limit: Int
    private let mayDeallocate: Bool
    private var entries: [Key: Entry] = [:]
    private var clock: UInt64 = 0
    private var evicted: [String] = []

    init(_ setting: PostgresConfiguration.PreparedStatements) {
        switch setting {
        case .perConnection(let limit): (self.limit, mayDeallocate) = (max(0, limit), true)
        case .protocolLevel(let limit): (self.limit, mayDeallocate) = (max(0, limit), false)
        case .off: (limit, mayDeallocate) = (0, false)
        }
    }

    var count: Int { entries.count }
    var isEnabled: Bool { limit > 0 }

    /// Decides for one statement of a batch. While another batch's preparation is in flight and may fail, the statement goes
    /// unprepared.
    mutating func plan(_ key: Key, batch: UInt64) -> Plan {
        guard limit > 0 else { return .unprepared }
        clock += 1
        if let entry = entries[key] {
            if let preparing = entry.preparingIn, preparing != batch { return .unprepared }
            entries[key]?.lastUse = clock
            return .prepared(entry.name)
        }
        if entries.count >= limit {
            let confirmed = entries.filter { $0.value.preparingIn == nil }
            guard mayDeallocate, let oldest = confirmed.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
                return .unprepared
            }
            entries[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
        let name = "s\(clock)"
        entries[key] = Entry(name: name, lastUse: clock, preparingIn: batch)
        return .prepare(name)
    }

    mutating func confirm(_ key: Key, batch: UInt64) {
        if entries[key]?.preparingIn == batch { entries[key]?.preparingIn = nil }
    }

    /// What the batch did not get prepared is forgotten.
    mutating func settle(batch: UInt64) {
        entries = entries.filter { $0.value.preparingIn != batch }
    }

    /// After the server said that a plan or a name is no longer good.
    mutating func forgetAll() {
        if mayDeallocate { evicted += entries.values.filter { $0.preparingIn == nil }.map(\.name) }
        entries = entries.filter { $0.value.preparingIn != nil }
    }

    /// Names to DEALLOCATE now that no running batch uses them.
    mutating func takeEvicted() -> [String] {
        defer { evicted = [] }
        return evicted
    }
}
