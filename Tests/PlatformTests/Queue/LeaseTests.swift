import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

@Suite struct LeaseTests {
    @Test func `the lane of a worker that died is taken over when its lease ends, and not before`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            for text in ["1", "2"] { try await company.send(text, to: Person(1).byPhone) }
            let (dead, living) = (try Hand(in: region), try Hand(in: region))
            #expect(try await dead.claim().count == 1)
            try await living.work()
            #expect(region.messenger.texts == [])
            try await region.letTimePass()
            try await living.work()
            #expect(region.messenger.texts == ["1", "2"])
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a worker that lost its lane does not go on with it`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            for text in ["1", "2"] { try await company.send(text, to: Person(1).byPhone) }
            let (slow, next) = (try Hand(in: region), try Hand(in: region))
            let lane = try #require(try await slow.claim().only)
            try await region.letTimePass()
            #expect(try await next.claim().count == 1)
            await slow.lane.run(lane)
            #expect(region.messenger.texts == [])
        }
    }

    /// What the slow one learns is written down; what the other one did meanwhile stays done, and the books stay right.
    @Test(arguments: [true, false])
    func `a worker that hears back only after another took over does no harm`(wasTaken: Bool) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            for text in ["1", "2", "3"] { try await company.send(text, to: Person(1).byPhone) }
            let latch = Latch()
            let isFirst = Mutex(true)
            region.messenger.answer { delivery in
                guard
                    isFirst.withLock({ isFirst in
                        defer { isFirst = false }; return isFirst
                    })
                else { return .accepted(delivery) }
                await latch.wait()
                return wasTaken ? .accepted(delivery) : .giveUp(.never)
            }
            let (slow, next) = (try Hand(in: region), try Hand(in: region))
            async let late: Void = slow.work()
            try await eventually("the slow one waits") { latch.waitingCount == 1 }
            try await region.letTimePass()
            // The other takes over, delivers the first, and has the second before it when the slow one hears back.
            let second = Latch()
            region.messenger.answer { delivery in
                if delivery.text == "2" { await second.wait() }
                return .accepted(delivery)
            }
            async let work: Void = next.work()
            try await eventually("the other is at the second") { second.waitingCount == 1 }
            latch.open()
            _ = try await late
            #expect(try await region.queueFaults() == [])
            second.open()
            _ = try await work
            #expect(region.messenger.texts == ["1", "1", "2", "3"])
            #expect(try await company.messages(.outbound).map(\.state) == ["sent", "sent", "sent"])
            #expect(try await region.queueFaults() == [])
            #expect(try await region.number("SELECT count(*) FROM queue_jobs") == 0)
        }
    }

    @Test func `workers side by side deliver each message once and in order`() async throws {
        try await Region.with { region in
            var companies: [Company] = []
            for _ in 0..<4 { companies.append(try await Company(in: region)) }
            let people = (0..<5).map { Person($0) }
            for company in companies {
                for person in people { try await company.befriend(person) }
            }
            let workers = try (0..<2).map { _ in try LaneWorker.delivering(in: region) }
            try await running(workers) { [companies] in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for company in companies {
                        group.addTask {
                            for number in 0..<8 {
                                for person in people { try await company.send("\(number)", to: person.byPhone) }
                                workers[number % 2].wake()
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await eventually("the queue is empty") {
                    try await region.number("SELECT count(*) FROM queue_lanes") == 0
                }
            }
            let lanes = Dictionary(grouping: region.messenger.deliveries) {
                [$0.channel, $0.recipient[0].address.revealed]
            }
            #expect(lanes.count == 20)
            for (lane, deliveries) in lanes { #expect(deliveries.map(\.text) == (0..<8).map { "\($0)" }, "\(lane)") }
            #expect(try await region.queueFaults() == [])
        }
    }
}
