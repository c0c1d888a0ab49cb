import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct BooksTests {
    private enum Act: CaseIterable {
        case send, sendMore, work, pass, merge, retry, withdraw, die
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
                case .pass: try await region.letTimePass()
                case .merge:
                    merges += 1
                    try await company.receive(
                        company.channel.message("join \(merges)", from: [person.user, person.phone]))
                case .retry:
                    if let letter = try await region.installation.deadLetters.list(company.id).first {
                        try await region.installation.deadLetters.retry(company.id, letter.message)
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
            }
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
            #expect(try await region.number("SELECT count(*) FROM queue_jobs WHERE dead_at IS NULL") == 0)
            let states = Set(try await company.messages(.outbound).map(\.state))
            #expect(states.isSubset(of: ["sent", "failed", "refused"]))
            #expect(try await region.contactFaults() == [])
        }
    }
}
