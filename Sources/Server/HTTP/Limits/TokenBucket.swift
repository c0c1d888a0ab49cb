/// How many requests may come.
struct RateLimit: Sendable, Hashable {
    /// On and on.
    var perSecond: Int

    /// For how many seconds' worth may come at once after a pause.
    static let burstSeconds = 2

    /// At once, after a pause.
    var burst: Int { perSecond * Self.burstSeconds }

    /// - Returns: nil for 0, which means that there is no limit.
    init?(perSecond: Int) {
        guard perSecond > 0 else { return nil }
        self.perSecond = perSecond
    }
}

/// Permits to come in: they grow with time up to the burst, and each request takes one.
struct TokenBucket: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        /// - Parameters:
        ///   - remaining: how many may come right now after this one.
        ///   - fullIn: seconds, rounded up, until as many may come at once as after a pause.
        case taken(remaining: Int, fullIn: Int)
        /// - Parameter retryAfter: seconds, rounded up, until one may come.
        case refused(retryAfter: Int)
    }

    private var level: Double
    private var seen: ContinuousClock.Instant

    /// One from which nobody has taken for long.
    init(_ limit: RateLimit, at now: ContinuousClock.Instant) {
        level = Double(limit.burst)
        seen = now
    }

    mutating func take(_ limit: RateLimit, at now: ContinuousClock.Instant) -> Verdict {
        level = self.level(limit, at: now)
        seen = max(seen, now)
        let rate = Double(limit.perSecond)
        guard level >= 1 else { return .refused(retryAfter: Int(((1 - level) / rate).rounded(.up))) }
        level -= 1
        return .taken(remaining: Int(level), fullIn: Int(((Double(limit.burst) - level) / rate).rounded(.up)))
    }

    /// Whether it says no more than a new one would.
    func isFull(_ limit: RateLimit, at now: ContinuousClock.Instant) -> Bool {
        level(limit, at: now) >= Double(limit.burst)
    }

    private func level(_ limit: RateLimit, at now: ContinuousClock.Instant) -> Double {
        let passed = max(seen.duration(to: now), .zero).components
        let seconds = Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
        return min(Double(limit.burst), level + seconds * Double(limit.perSecond))
    }
}
