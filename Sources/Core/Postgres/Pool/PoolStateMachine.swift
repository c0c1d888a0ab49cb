/// Every decision of the connection pool, as a value: no clock, no socket, no lock. Time and chance come in; actions go out.
struct PoolStateMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Refusal: Equatable, Sendable {
        case timeout, tooManyWaiters, closed
        /// The server refuses in a way that no waiting mends, as with a wrong password.
        case connectionRefused
    }

    enum Action: Equatable, Sendable {
        case connect(UInt64)
        case close(UInt64)
        case check(UInt64)
        case grant(waiter: UInt64, connection: UInt64)
        case refuse(waiter: UInt64, Refusal)
    }

    private enum Use: Equatable, Sendable {
        case connecting, leased, checking
        case idle(since: Instant)
    }

    private struct Slot: Sendable {
        var use: Use
        var checkedAt: Instant
        var retiresAt: Instant
    }

    private let settings: PostgresConfiguration.Pool
    private var slots: [UInt64: Slot] = [:]
    /// Unused connections, the one used last at the end: it is the first to be used again, so that the others can grow old.
    private var idle: [UInt64] = []
    private var waiters = WaitingLine()
    private var nextID: UInt64 = 1
    private var failures = 0
    private var retryAt: Instant?
    private var keepsMinimum = false
    private(set) var isClosed = false

    init(_ settings: PostgresConfiguration.Pool) {
        self.settings = settings
    }

    var connectionCount: Int { slots.count }
    var waitingCount: Int { waiters.count }
    var idleCount: Int { idle.count }
    var connectingCount: Int { slots.values.count(where: { $0.use == .connecting }) }
    var inUseCount: Int { slots.count - idle.count - connectingCount }
    var isDrained: Bool { isClosed && slots.isEmpty }

    // MARK: Borrowing

    /// A connection that can be used at once.
    mutating func takeIdle() -> UInt64? {
        guard !isClosed, waiters.isEmpty, let id = idle.popLast() else { return nil }
        slots[id]?.use = .leased
        return id
    }

    mutating func wait(_ waiter: UInt64, now: Instant) -> [Action] {
        if isClosed { return [.refuse(waiter: waiter, .closed)] }
        if let id = takeIdle() { return [.grant(waiter: waiter, connection: id)] }
        guard waiters.count < settings.maxWaiters else { return [.refuse(waiter: waiter, .tooManyWaiters)] }
        waiters.append(waiter, deadline: now + settings.acquisitionTimeout)
        return connectAsNeeded(now)
    }

    /// - Returns: Whether it was still waiting.
    mutating func stopWaiting(_ waiter: UInt64) -> Bool {
        waiters.remove(waiter)
    }

    mutating func release(_ id: UInt64, now: Instant) -> [Action] {
        guard let slot = slots[id], slot.use == .leased || slot.use == .checking else { return [] }
        if isClosed || now >= slot.retiresAt {
            slots[id] = nil
            return [.close(id)] + connectAsNeeded(now)
        }
        // An answer to its user is as good as a health check.
        slots[id]?.checkedAt = now
        return makeAvailable(id, now: now)
    }

    private mutating func makeAvailable(_ id: UInt64, now: Instant) -> [Action] {
        if let waiter = waiters.popFirst() {
            slots[id]?.use = .leased
            return [.grant(waiter: waiter, connection: id)]
        }
        slots[id]?.use = .idle(since: now)
        idle.append(id)
        return []
    }

    // MARK: Connections

    private mutating func connectAsNeeded(_ now: Instant) -> [Action] {
        if isClosed { return [] }
        if let retryAt, now < retryAt { return [] }
        var actions: [Action] = []
        // While attempts fail, one at a time asks whether the server is back.
        let mostAtOnce = failures > 0 ? 1 : settings.maximum
        var connecting = connectingCount
        while slots.count < settings.maximum, connecting < mostAtOnce,
            connecting < waiters.count || keepsMinimum && slots.count < settings.minimum
        {
            let id = nextID
            nextID += 1
            slots[id] = Slot(use: .connecting, checkedAt: now, retiresAt: now)
            connecting += 1
            actions.append(.connect(id))
        }
        return actions
    }

    /// - Parameter chance: From 0 up to 1: varies the lifetime, so that connections opened together do not end together.
    mutating func connected(_ id: UInt64, now: Instant, chance: Double) -> [Action] {
        guard slots[id] != nil else { return [.close(id)] }
        failures = 0
        retryAt = nil
        if isClosed {
            slots[id] = nil
            return [.close(id)]
        }
        slots[id]?.checkedAt = now
        let lifetime = settings.maximumLifetime * (1 - chance / 10)
        slots[id]?.retiresAt = now + lifetime
        return makeAvailable(id, now: now) + connectAsNeeded(now)
    }

    /// - Parameters:
    ///   - isFinal: Whether waiting cannot help; then those who wait are told at once.
    ///   - chance: From 0 up to 1: spreads the attempts of many servers that lost the same database.
    mutating func connectFailed(_ id: UInt64, isFinal: Bool, now: Instant, chance: Double) -> [Action] {
        guard slots.removeValue(forKey: id) != nil else { return [] }
        // Attempts begun together that fail together count once.
        if retryAt.map({ now >= $0 }) ?? true { failures += 1 }
        let doubled = settings.backoff * Double(1 << min(max(failures - 1, 0), 16))
        retryAt = now + min(doubled, settings.maximumBackoff) * (0.5 + chance / 2)
        guard isFinal, slots.isEmpty else { return [] }
        return waiters.removeAll().map { .refuse(waiter: $0, .connectionRefused) }
    }

    /// The connection is gone, whoever had it.
    mutating func lost(_ id: UInt64, now: Instant) -> [Action] {
        guard let slot = slots.removeValue(forKey: id) else { return [] }
        if case .idle = slot.use { idle.removeAll { $0 == id } }
        return connectAsNeeded(now)
    }

    // MARK: Time

    /// From now on keeps `minimum` connections open.
    mutating func keepMinimum(_ now: Instant) -> [Action] {
        keepsMinimum = true
        return connectAsNeeded(now)
    }

    mutating func tick(_ now: Instant) -> [Action] {
        if let retry = retryAt, now >= retry { retryAt = nil }
        var actions: [Action] = waiters.removeExpired(now).map { .refuse(waiter: $0, .timeout) }
        for id in idle {
            guard let slot = slots[id], case .idle(let since) = slot.use else { continue }
            let isSurplus = slots.count > settings.minimum && now >= since + settings.idleTimeout
            if isSurplus || now >= slot.retiresAt {
                slots[id] = nil
                actions.append(.close(id))
            } else if now >= slot.checkedAt + settings.healthCheckInterval {
                slots[id]?.use = .checking
                actions.append(.check(id))
            }
        }
        idle = idle.filter { id in slots[id].map { $0.use != .checking } ?? false }
        return actions + connectAsNeeded(now)
    }

    /// When `tick` has something to do next on account of those who wait.
    var nextDeadline: Instant? {
        [waiters.firstDeadline, retryAt].compactMap { $0 }.min()
    }

    mutating func close() -> [Action] {
        isClosed = true
        keepsMinimum = false
        let refused = waiters.removeAll().map { Action.refuse(waiter: $0, .closed) }
        let closed = idle.map { Action.close($0) }
        for id in idle { slots[id] = nil }
        idle = []
        return refused + closed
    }
}
