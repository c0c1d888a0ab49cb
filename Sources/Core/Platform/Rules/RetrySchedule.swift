/// How long to wait after each failed attempt, and when to give up.
public struct RetrySchedule: Sendable, Hashable {
    /// For messages to a messenger: 10 waits from 5 seconds to 10 hours, 23.7 hours in all.
    public static let delivery = RetrySchedule(seconds: [5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 36000])

    /// Up to how far above or below a wait the jitter takes it, so that what failed together does not return together.
    public static let spread = 0.2

    /// The waits before jitter, in order.
    public let waits: [Duration]

    public init(seconds: [Int]) {
        waits = seconds.map { .seconds($0) }
    }

    /// - Parameters:
    ///   - n: how many attempts were made, from 1; less counts as 1.
    ///   - jitter: a random number in 0..<1; 0.5 gives the wait itself.
    /// - Returns: nil to give up.
    public func delay(afterAttempt n: Int, jitter: Double) -> Duration? {
        let place = max(n, 1) - 1
        guard place < waits.count else { return nil }
        let factor = 1 + Self.spread * (2 * min(max(jitter, 0), 1) - 1)
        return waits[place] * factor
    }
}
