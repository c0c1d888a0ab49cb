import struct Foundation.Date
import typealias Foundation.TimeInterval

/// How long after failed sign-ins another one has to wait. The wait grows and never lasts: nobody is locked out by
/// what others try.
///
/// In a browser that the member signed in with before, only what that browser did counts. Anywhere else it is what
/// was tried on the account, from anywhere, and what came from the same address, on any account.
enum SignInThrottle {
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// On one account in browsers that nobody knows. A short wait at most: it is others who cause it.
        case account
        /// From one address. A longer one; people share addresses, so it begins late.
        case source
        /// In a browser that is known for the account.
        case device
        /// Codes for one account, by who knew its password.
        case code
    }

    /// Failures after which they are forgotten. Seconds.
    static let memory: TimeInterval = 86_400

    struct Failures: Sendable, Hashable {
        var count: Int
        var lastAt: Date
    }

    /// How many may fail before the first wait.
    static func free(_ kind: Kind) -> Int {
        switch kind {
        case .account: 10
        case .source: 30
        case .device, .code: 5
        }
    }

    /// Seconds at most.
    static func longest(_ kind: Kind) -> TimeInterval {
        switch kind {
        case .account: 60
        case .source, .device, .code: 900
        }
    }

    /// Seconds after the last failure: 2, 4, 8 … up to the longest.
    static func wait(_ kind: Kind, after count: Int) -> TimeInterval {
        let beyond = count - free(kind)
        guard beyond >= 0 else { return 0 }
        return min(longest(kind), Double(1 << min(beyond + 1, 20)))
    }

    /// Until when the next one has to wait; nil when it may be tried now.
    static func blocked(_ kind: Kind, _ failures: Failures?, at now: Date) -> Date? {
        guard let failures, now.timeIntervalSince(failures.lastAt) < memory else { return nil }
        let end = failures.lastAt.addingTimeInterval(wait(kind, after: failures.count))
        return end > now ? end : nil
    }
}
