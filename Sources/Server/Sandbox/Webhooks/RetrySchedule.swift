/// Gaps between attempts to deliver one webhook.
enum RetrySchedule {
    /// 0.2 s, 0.5 s, 1 s, then doubling up to 30 s.
    /// - Parameter attempt: attempts made so far, from 1.
    static func gap(after attempt: Int) -> Duration {
        switch attempt {
        case ...1: .milliseconds(200)
        case 2: .milliseconds(500)
        default: .seconds(min(30, 1 << min(attempt - 3, 5)))
        }
    }
}
