import Foundation
import Testing

@testable import Platform

@Suite struct SignInThrottleTests {
    @Test(arguments: [
        (SignInThrottle.Kind.account, 0, 0.0), (.account, 9, 0), (.account, 10, 2), (.account, 11, 4),
        (.account, 14, 32),
        (.account, 15, 60), (.account, 100_000, 60), (.source, 29, 0), (.source, 30, 2), (.source, 38, 512),
        (.source, 39, 900), (.source, Int.max, 900), (.device, 4, 0), (.device, 5, 2), (.code, 5, 2), (.code, 50, 900),
    ])
    func `the wait grows and has an end`(_ kind: SignInThrottle.Kind, _ failures: Int, _ seconds: Double) {
        #expect(SignInThrottle.wait(kind, after: failures) == seconds)
    }

    @Test func `what failed is forgotten after a day`() {
        let last = Date(timeIntervalSince1970: 1_800_000_000)
        let failures = SignInThrottle.Failures(count: 1000, lastAt: last)
        #expect(SignInThrottle.blocked(.source, failures, at: last.addingTimeInterval(899)) != nil)
        #expect(SignInThrottle.blocked(.source, failures, at: last.addingTimeInterval(900)) == nil)
        #expect(SignInThrottle.blocked(.source, nil, at: last) == nil)
        #expect(SignInThrottle.blocked(.source, failures, at: last.addingTimeInterval(86_400)) == nil)
    }

    @Test func `what others try makes nobody wait more than a minute`() {
        #expect(SignInThrottle.longest(.account) <= 60)
    }
}
