import Testing

@testable import Server

@Suite struct TokenBucketTests {
    /// At so many milliseconds, what a request is told: how many are left, or when to come again.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var perSecond: Int
        var steps: [(at: Int, verdict: TokenBucket.Verdict)]
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(
            name: "two seconds' worth at once, then no more", perSecond: 1,
            steps: [
                (0, .taken(remaining: 1, fullIn: 1)), (0, .taken(remaining: 0, fullIn: 2)),
                (0, .refused(retryAfter: 1)), (999, .refused(retryAfter: 1)), (1000, .taken(remaining: 0, fullIn: 2)),
            ]),
        Row(
            name: "it fills to the burst and no further", perSecond: 1,
            steps: [
                (0, .taken(remaining: 1, fullIn: 1)), (60_000, .taken(remaining: 1, fullIn: 1)),
                (60_000, .taken(remaining: 0, fullIn: 2)), (60_000, .refused(retryAfter: 1)),
            ]),
        Row(
            name: "the rate, on and on", perSecond: 2,
            steps: [
                (0, .taken(remaining: 3, fullIn: 1)), (0, .taken(remaining: 2, fullIn: 1)),
                (0, .taken(remaining: 1, fullIn: 2)), (0, .taken(remaining: 0, fullIn: 2)),
                (500, .taken(remaining: 0, fullIn: 2)), (1000, .taken(remaining: 0, fullIn: 2)),
                (1400, .refused(retryAfter: 1)), (1500, .taken(remaining: 0, fullIn: 2)),
            ]),
        Row(
            name: "what is refused costs nothing", perSecond: 1,
            steps: [
                (0, .taken(remaining: 1, fullIn: 1)), (0, .taken(remaining: 0, fullIn: 2)),
                (500, .refused(retryAfter: 1)), (900, .refused(retryAfter: 1)), (1000, .taken(remaining: 0, fullIn: 2)),
            ]),
        Row(
            name: "a clock that seems to run backwards gives nothing away", perSecond: 1,
            steps: [
                (1000, .taken(remaining: 1, fullIn: 1)), (0, .taken(remaining: 0, fullIn: 2)),
                (1000, .refused(retryAfter: 1)), (2000, .taken(remaining: 0, fullIn: 2)),
            ]),
    ]

    @Test(arguments: rows) func `a bucket gives as much as has run in`(row: Row) throws {
        let limit = try #require(RateLimit(perSecond: row.perSecond))
        let start = ContinuousClock.now
        var bucket = TokenBucket(limit, at: start + .milliseconds(row.steps[0].at))
        for (index, step) in row.steps.enumerated() {
            #expect(bucket.take(limit, at: start + .milliseconds(step.at)) == step.verdict, "step \(index)")
        }
    }

    @Test func `0 is no limit`() { #expect(RateLimit(perSecond: 0) == nil) }

    @Test func `each caller has a bucket of its own, and what a caller is told fits the draft`() throws {
        let limit = try #require(RateLimit(perSecond: 1))
        let now = ContinuousClock.now
        let limiter = RateLimiter<String>("tenant", limit, at: now)
        #expect(limiter.take("a", at: now).policyField == #""tenant";q=2;w=2"#)
        #expect(limiter.take("a", at: now).stateField == #""tenant";r=0;t=2"#)
        #expect(limiter.take("a", at: now).stateField == #""tenant";r=0;t=1"#)
        #expect(limiter.take("b", at: now).stateField == #""tenant";r=1;t=1"#)
    }

    @Test func `memory is bounded: who comes when it is full shares a bucket, until others have paused`() throws {
        let limit = try #require(RateLimit(perSecond: 1))
        let now = ContinuousClock.now
        let limiter = RateLimiter<Int>("anonymous", limit, capacity: 100, at: now)
        for caller in 0..<100 { _ = limiter.take(caller, at: now) }
        let late = (100..<103).map { limiter.take($0, at: now).verdict }
        #expect(late[2] == .refused(retryAfter: 1), "three who share a bucket of two")
        #expect(limiter.count == 100)
        let after = now + .seconds(3)
        #expect(limiter.take(103, at: after).verdict == .taken(remaining: 1, fullIn: 1))
        #expect(limiter.count == 1, "whoever paused is as good as new")
    }
}
