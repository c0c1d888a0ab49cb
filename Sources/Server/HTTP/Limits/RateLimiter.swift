import Synchronization

/// A bucket for each of many callers, in this process, within a bounded memory.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// What the policy is called in answers.
    let name: String
    let limit: RateLimit
    private let capacity: Int
    private let state: Mutex<State>

    private struct State {
        var buckets: [Key: TokenBucket] = [:]
        /// All share it who come while there is no room for a bucket of their own.
        var others: TokenBucket
        var swept: ContinuousClock.Instant
    }

    init(_ name: String, _ limit: RateLimit, capacity: Int = 50_000, at now: ContinuousClock.Instant = .now) {
        self.name = name
        self.limit = limit
        self.capacity = capacity
        state = Mutex(State(others: TokenBucket(limit, at: now), swept: now))
    }

    func take(_ key: Key, at now: ContinuousClock.Instant = .now) -> RateLimitNote {
        let verdict = state.withLock { state in
            if state.buckets[key] == nil {
                makeRoom(&state, at: now)
                guard state.buckets.count < capacity else { return state.others.take(limit, at: now) }
            }
            return state.buckets[key, default: TokenBucket(limit, at: now)].take(limit, at: now)
        }
        return RateLimitNote(policy: name, limit: limit, verdict: verdict)
    }

    /// How many callers it keeps books on.
    var count: Int { state.withLock(\.buckets.count) }

    /// Whoever has paused for the length of a burst is as good as new. Looked at once a second at most, as it looks at all.
    private func makeRoom(_ state: inout State, at now: ContinuousClock.Instant) {
        guard state.buckets.count >= capacity, now - state.swept >= .seconds(1) else { return }
        state.swept = now
        state.buckets = state.buckets.filter { !$0.value.isFull(limit, at: now) }
    }
}

/// What a caller is told of its limit: the fields of draft-ietf-httpapi-ratelimit-headers-11.
struct RateLimitNote: Sendable, Hashable {
    var policy: String
    var limit: RateLimit
    var verdict: TokenBucket.Verdict

    /// `RateLimit-Policy`: so many within so many seconds.
    var policyField: String { "\"\(policy)\";q=\(limit.burst);w=\(RateLimit.burstSeconds)" }

    /// `RateLimit`: how many are left, and in how many seconds it is the whole quota again.
    var stateField: String {
        switch verdict {
        case .taken(let remaining, let fullIn): "\"\(policy)\";r=\(remaining);t=\(fullIn)"
        case .refused(let retryAfter): "\"\(policy)\";r=0;t=\(retryAfter)"
        }
    }
}
