import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

@Suite struct BooksTests {
    private enum Act: CaseIterable {
        case send, sendMore, work, hear, pass, merge, retry, withdraw, die
    }

    @Test(arguments: UInt64(1)...4)
    func `whatever happens, a lane's depth is the number of its live jobs, and in the end nothing is left over`(
        seed: UInt64
    ) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = (0..<6).map { Person($0) }
            for person in people {
                try await company.befriend(person)
                try await company.receive(
                    company.channel.message("u-\(person.phone.address.revealed)", from: [person.user]))
                try await company.declare(by: person.byUser)
            }
            let dice = Dice(seed)
            region.messenger.answer { delivery in
                dice.pick([
                    .accepted(delivery), .accepted(delivery), .retry(.busy), .giveUp(.never), .unclear(.silence),
                    .wait(.busy, scope: .conversation), .wait(.busy, scope: .channel),
                ])
            }
            let hand = try Hand(in: region)
            var merges = 0
            for step in 0..<60 {
                let act = dice.pick(Act.allCases)
                let person = dice.pick(people)
                switch act {
                case .send, .sendMore:
                    _ = try? await company.send("\(step)", to: dice.pick([person.byPhone, person.byUser]))
                case .work: try await hand.work()
                case .hear: try await Ear(in: region).work()
                case .pass: try await region.letTimePass()
                case .merge:
                    merges += 1
                    try await company.receive(
                        company.channel.message("join \(merges)", from: [person.user, person.phone]))
                case .retry:
                    if let letter = try await region.installation.deadLetters.list(company.id).items.first {
                        try await region.installation.deadLetters.retry(company.id, letter.message, .system)
                    }
                case .withdraw:
                    try await company.declare(dice.pick(["withdrawn", "granted", "granted"]), by: person.byPhone)
                case .die: _ = try await Hand(in: region).claim(limit: 2)
                }
                #expect(try await region.queueFaults() == [], "step \(step): \(act)")
            }
            region.messenger.answer { .accepted($0) }
            for _ in 0..<3 {
                try await region.letTimePass()
                try await hand.work()
                try await Ear(in: region).work()
            }
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
            #expect(try await region.number("SELECT count(*) FROM queue_jobs WHERE dead_at IS NULL") == 0)
            let states = Set(try await company.messages(.outbound).map(\.state))
            #expect(states.isSubset(of: ["sent", "failed", "refused"]))
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test(arguments: UInt64(1)...3)
    func `all at the same moment, every message reaches its person once and the books stay right`(seed: UInt64)
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = (0..<5).map { Person($0) }
            for person in people {
                try await company.befriend(person)
                try await company.receive(
                    company.channel.message("u-\(person.phone.address.revealed)", from: [person.user]))
                try await company.declare(by: person.byUser)
            }
            let dice = Dice(seed)
            let taken = Mutex<[MessageID: Int]>([:])
            let takes: Messenger.Answer = { delivery in
                taken.withLock { $0[delivery.message, default: 0] += 1 }
                return .accepted(delivery)
            }
            region.messenger.answer { delivery in
                switch dice.pick(Array(0..<4)) {
                case 0: .giveUp(.never)
                case 1: .wait(.busy, scope: .conversation)
                default: await takes(delivery)
                }
            }
            let isDone = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        let hand = try Hand(in: region)
                        while !isDone.isOpen {
                            try await hand.work()
                            try await region.letWaitsPass()
                        }
                    }
                }
                group.addTask {
                    let ear = try Ear(in: region)
                    while !isDone.isOpen { try await ear.work() }
                }
                group.addTask {
                    while !isDone.isOpen {
                        guard let letter = try await region.installation.deadLetters.list(company.id).items.first else {
                            continue
                        }
                        // Two may see the same one.
                        try? await region.installation.deadLetters.retry(company.id, letter.message, .system)
                    }
                }
                try await withThrowingTaskGroup(of: Void.self) { senders in
                    for (number, person) in people.enumerated() {
                        senders.addTask {
                            for text in 0..<8 {
                                try await company.send(
                                    "\(number)-\(text)", to: dice.pick([person.byPhone, person.byUser]))
                                if text == 3 {
                                    try await company.receive(
                                        company.channel.message("join \(number)", from: [person.user, person.phone]))
                                }
                                if let last = region.messenger.deliveries.last, dice.pick([true, false]) {
                                    try await company.receive(company.channel.status(.sent, of: last.providerID))
                                }
                            }
                        }
                    }
                    try await senders.waitForAll()
                }
                region.messenger.answer(takes)
                try await eventually("nothing is queued") {
                    try await region.number("SELECT count(*) FROM queue_jobs") == 0
                }
                isDone.open()
                try await group.waitForAll()
            }
            #expect(try await region.queueFaults() == [])
            #expect(try await region.contactFaults() == [])
            let sent = try await company.messages(.outbound)
            #expect(sent.count == 40 && sent.allSatisfy { $0.state == "sent" })
            #expect(taken.withLock { taken in taken.count == 40 && taken.values.allSatisfy { $0 == 1 } })
            #expect(try await company.contacts().count == people.count)
        }
    }
}
