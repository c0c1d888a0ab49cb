import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

/// What the queue does with what the messenger answers.
@Suite struct OutcomeTests {
    @Test func `a message that is given up is a dead letter with its reason, and can be sent again`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            region.messenger.answer { _ in .giveUp(.never) }
            let hand = try Hand(in: region)
            try await hand.work()
            let letters = region.installation.deadLetters
            let letter = try #require(try await letters.list(company.id).items.only)
            #expect(letter.message == id && letter.attempts == 1 && letter.fault.code == "131026")
            let failed = try await company.message(id)
            #expect(failed.state == "failed" && failed.fault == .never)
            #expect(try await letters.list(other.id).items.isEmpty)
            await expectError(.notFound) { try await letters.retry(other.id, id, .system) }

            region.messenger.answer { .accepted($0) }
            try await letters.retry(company.id, id, .system)
            #expect(try await company.message(id).state == "accepted")
            await expectError(.notFound) { try await letters.retry(company.id, id, .system) }
            try await hand.work()
            #expect(region.messenger.texts == ["Hallo", "Hallo"])
            let sent = try await company.message(id)
            #expect(sent.state == "sent" && sent.fault == nil)
            #expect(try await letters.list(company.id).items.isEmpty)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `the gate is asked again before a dead letter goes out`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            region.messenger.answer { _ in .giveUp(.never) }
            let hand = try Hand(in: region)
            try await hand.work()
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await region.installation.deadLetters.retry(company.id, id, .system)
            try await hand.work()
            #expect(region.messenger.texts == ["Hallo"])
            let view = try await company.message(id)
            #expect(view.state == "refused" && view.fault?.code == "consent_withdrawn")
        }
    }

    @Test func `what fails for now is tried ten times more, and then given up`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            region.messenger.answer { _ in .retry(.busy) }
            let hand = try Hand(in: region)
            for attempt in 1...10 {
                let start = ContinuousClock.now
                try await hand.work()
                #expect(region.messenger.texts.count == attempt)
                let wait = try await region.rows(
                    "SELECT extract(epoch FROM run_at - now())::float8 AS seconds FROM queue_lanes")
                let seconds = try wait[0].decode("seconds", as: Double.self)
                let passed = (ContinuousClock.now - start) / .seconds(1)
                let middle = RetrySchedule.delivery.waits[attempt - 1] / .seconds(1)
                #expect((middle * 0.8 - passed...middle * 1.2 + 0.1).contains(seconds), "attempt \(attempt)")
                try await region.letTimePass()
            }
            try await hand.work()
            #expect(try await company.message(id).state == "failed")
            #expect(try await region.installation.deadLetters.list(company.id).items.only?.attempts == 11)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test(arguments: [WaitScope.conversation, .channel])
    func `waiting for the messenger's rate uses up no attempt`(scope: WaitScope) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            let count = Mutex(0)
            region.messenger.answer { delivery in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return number <= 15 ? .wait(.busy, scope: scope) : number == 16 ? .retry(.busy) : .accepted(delivery)
            }
            let hand = try Hand(in: region)
            for _ in 0..<17 {
                try await hand.work()
                try await region.letTimePass()
            }
            #expect(try await company.message(id).state == "sent")
        }
    }

    @Test func `a channel at its limit is held whole, and no other channel is`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            let (limited, free) = (company.channels[0], company.channels[1])
            for number in 1...2 {
                try await company.befriend(Person(number))
                try await company.agree(Person(number).phone, on: free)
                try await company.receive([free.message("f\(number)", from: [Person(number).phone])], through: free)
            }
            try await company.send("1", to: Person(1).byPhone, on: limited)
            region.messenger.answer { $0.channel == limited.address ? .wait(.busy, scope: .channel) : .accepted($0) }
            let hand = try Hand(in: region)
            try await hand.work()
            try await company.send("2", to: Person(2).byPhone, on: limited)
            try await company.send("3", to: Person(2).byPhone, on: free)
            try await hand.work()
            #expect(region.messenger.texts == ["1", "3"])
            region.messenger.answer { .accepted($0) }
            try await region.letTimePass()
            try await hand.work()
            #expect(Set(region.messenger.texts.suffix(2)) == ["1", "2"])
        }
    }

    @Test
    func `a channel that cannot send is stopped with its reason, keeps what is queued, and goes on when it is started`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            for number in 1...2 { try await company.befriend(Person(number)) }
            for text in ["1", "2"] { try await company.send(text, to: Person(1).byPhone) }
            region.messenger.answer { _ in .stopChannel(.token) }
            let hand = try Hand(in: region)
            try await hand.work()
            let stopped = try #require(try await region.installation.channels.list(company.id).only)
            guard case .stopped(let reason) = stopped.state else {
                return #expect(stopped.state == .stopped(reason: ""))
            }
            #expect(reason.contains("190") && reason.contains("Give a new one"))
            await expectRefusal(.channelStopped) { try await company.send("no", to: Person(2).byPhone) }
            try await region.letTimePass()
            try await hand.work()
            #expect(region.messenger.texts == ["1"])
            #expect(try await company.messages(.outbound).map(\.state) == ["accepted", "accepted"])

            region.messenger.answer { .accepted($0) }
            let started = try await region.installation.channels.start(company.id, company.channel.id, .system)
            #expect(started.state == .active)
            // Due at once, without waiting for anything.
            try await hand.work()
            #expect(region.messenger.texts == ["1", "1", "2"])
            #expect(try await region.queueFaults() == [])
        }
    }
}
