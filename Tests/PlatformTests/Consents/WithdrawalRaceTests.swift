import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

/// Queued messages against a withdrawal: from the moment it is answered, nothing begins.
///
/// `OBHUT_RACE_ROUNDS` and `OBHUT_RACE_SENDS` make it longer.
@Suite(.serialized) struct WithdrawalRaceTests {
    private static func setting(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }

    private let rounds = Self.setting("OBHUT_RACE_ROUNDS", 3)
    private let sends = Self.setting("OBHUT_RACE_SENDS", 120)

    /// When each delivery began.
    private final class Starts: Sendable {
        private let times = Mutex<[ContinuousClock.Instant]>([])

        func note() { times.withLock { $0.append(.now) } }
        var all: [ContinuousClock.Instant] { times.withLock { $0 } }
    }

    @Test func `no delivery begins after a withdrawal was answered`() async throws {
        try await Region.with { region in
            let starts = Starts()
            region.messenger.answer { delivery in
                .accepted(delivery)
            }
            region.messenger.begun { starts.note() }
            var (before, after, stopped, late) = (0, 0, 0, 0)
            for round in 0..<rounds {
                // The queue is in one lane when it is one channel; several make deliveries of one person run side by side.
                let company = try await Company(in: region, channels: 4)
                let person = Person(round)
                for channel in company.channels {
                    try await company.receive(
                        [channel.message("first-\(round)-\(channel.id)", from: [person.phone])], through: channel)
                    try await company.declare(by: person.byPhone, on: channel)
                }
                let share = sends / company.channels.count
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for channel in company.channels {
                        for number in 0..<share {
                            group.addTask {
                                try await company.send("\(number)", to: person.byPhone, on: channel)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let known = starts.all.count
                let hand = try Hand(in: region)
                async let work: Void = hand.work()
                // In another place each round: from before the first delivery to after most of them.
                let turn = (share * company.channels.count) * (round % 8) / 8
                while starts.all.count - known < turn { await Task.yield() }
                for channel in company.channels {
                    try await company.declare("withdrawn", by: person.byPhone, for: "all", on: channel)
                    let answered = ContinuousClock.now
                    _ = answered
                }
                let answered = ContinuousClock.now
                try await work
                try await region.letTimePass()
                try await hand.work()
                let own = starts.all.dropFirst(known)
                late += own.filter { $0 > answered }.count
                before += own.filter { $0 <= answered }.count
                after += try await region.number(
                    "SELECT count(*) FROM messages WHERE tenant_id = $1 AND state IN ('sent', 'delivered')",
                    [company.id])
                stopped += try await region.number(
                    "SELECT count(*) FROM messages WHERE tenant_id = $1 AND state = 'refused' AND fault_code = 'consent_withdrawn'",
                    [company.id])
                #expect(
                    try await region.number(
                        "SELECT count(*) FROM messages WHERE tenant_id = $1 AND direction = 'outbound' AND state IN ('accepted', 'sending')",
                        [company.id]) == 0, "round \(round)")
            }
            print(
                "withdrawal race: \(rounds) rounds of \(sends) sends: \(before) began before the answer, \(stopped) were "
                    + "stopped, \(late) began after it")
            #expect(late == 0)
            #expect(before == after)
            #expect(before + stopped == rounds * (sends / 4) * 4)
            #expect(stopped > 0)
            #expect(try await region.queueFaults() == [])
        }
    }
}
