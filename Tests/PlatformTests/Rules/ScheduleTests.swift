import Foundation
import Testing

@testable import Platform

@Suite struct ScheduleTests {
    @Test func `delivery is tried for about a day, and then given up`() {
        let waits = (1...10).compactMap { RetrySchedule.delivery.delay(afterAttempt: $0, jitter: 0.5) }
        #expect(waits.count == 10)
        #expect(waits == waits.sorted())
        #expect(waits.first == .seconds(5))
        #expect(waits.last == .seconds(36_000))
        #expect(waits.reduce(.zero, +) == .seconds(85_355))
        #expect(RetrySchedule.delivery.delay(afterAttempt: 11, jitter: 0.5) == nil)
        #expect(RetrySchedule.delivery.delay(afterAttempt: .max, jitter: 0) == nil)
    }

    @Test(
        arguments: [(0, 4.0), (0.25, 4.5), (0.5, 5), (0.75, 5.5), (1, 6), (-3, 4), (9, 6)] as [(Double, Double)])
    func `jitter moves a wait by a fifth at most`(jitter: Double, seconds: Double) {
        let wait = RetrySchedule.delivery.delay(afterAttempt: 1, jitter: jitter)
        #expect(abs((wait ?? .zero) / .seconds(1) - seconds) < 1e-9)
    }

    @Test func `less than one attempt counts as one`() {
        #expect(RetrySchedule.delivery.delay(afterAttempt: 0, jitter: 0.5) == .seconds(5))
        #expect(RetrySchedule.delivery.delay(afterAttempt: .min, jitter: 0.5) == .seconds(5))
    }

    /// Hours ago of the last message and of the last one through an ad; hours until the window closes.
    @Test(
        arguments: [
            (nil, nil, nil), (0, nil, 24), (23, nil, 1), (24, nil, 0), (25, nil, -1), (1, 1, 71), (71, 71, 1),
            (72, 72, 0), (2, 60, 22), (30, 60, 12), (nil, 10, 62),
        ] as [(Double?, Double?, Double?)])
    func `the service window is open for 24 h, or 72 h from an ad`(last: Double?, ad: Double?, left: Double?) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let window = ServiceWindow(
            lastInboundAt: last.map { now.addingTimeInterval(-$0 * 3600) },
            entryPointAt: ad.map { now.addingTimeInterval(-$0 * 3600) })
        #expect(window.closesAt == left.map { now.addingTimeInterval($0 * 3600) })
        #expect(window.isOpen(at: now) == ((left ?? 0) > 0))
    }
}
