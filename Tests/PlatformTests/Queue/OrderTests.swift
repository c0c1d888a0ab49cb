import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

@Suite struct OrderTests {
    /// What the messenger does with an attempt.
    private enum Fate: CaseIterable {
        case takes, takesAndIsSilent, isSilent, isBusy, limitsThePerson, limitsTheChannel
    }

    private struct World: Sendable {
        /// What the messenger has, by person, in the order in which it came.
        var taken: [String: [String]] = [:]
        /// Taken, but we were not told; a status will.
        var secrets: [Messenger.Delivery] = []
    }

    @Test(arguments: UInt64(1)...4)
    func `messages of a conversation arrive in order and once, whatever goes wrong in between`(seed: UInt64)
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = (0..<5).map { Person($0) }
            for person in people { try await company.befriend(person) }
            for number in 0..<6 {
                for person in people { try await company.send("\(number)", to: person.byPhone) }
            }
            let world = Mutex(World())
            let dice = Dice(seed)
            region.messenger.answer { delivery in
                world.withLock { world in
                    let person = delivery.recipient[0].address.revealed
                    let fate = dice.pick(Fate.allCases)
                    switch fate {
                    case .takes, .takesAndIsSilent: world.taken[person, default: []].append(delivery.text)
                    case .isSilent, .isBusy, .limitsThePerson, .limitsTheChannel: break
                    }
                    switch fate {
                    case .takes: return .accepted(delivery)
                    case .takesAndIsSilent:
                        world.secrets.append(delivery)
                        return .unclear(.silence)
                    case .isSilent: return dice.pick([true, false]) ? .unclear(.silence) : .retry(.busy)
                    case .isBusy: return .retry(.busy)
                    case .limitsThePerson: return .wait(.busy, scope: .conversation)
                    case .limitsTheChannel: return .wait(.busy, scope: .channel)
                    }
                }
            }
            let hand = try Hand(in: region)
            for round in 0... {
                try await hand.work()
                #expect(try await region.queueFaults() == [], "round \(round)")
                let secrets = world.withLock { world in
                    defer { world.secrets = [] }
                    return world.secrets
                }
                for secret in secrets {
                    try await company.receive(
                        company.channel.status(.sent, of: secret.providerID, names: secret.message))
                }
                if try await region.number("SELECT count(*) FROM queue_lanes") == 0 { break }
                try await region.letTimePass()
                try await region.forgiveFailures()
                try #require(round < 200, "the queue does not get empty")
            }
            let taken = world.withLock { $0.taken }
            for person in people {
                #expect(taken[person.phone.address.revealed] == (0..<6).map { "\($0)" })
            }
            #expect(try await company.messages(.outbound).allSatisfy { $0.state == "sent" })
        }
    }

    @Test func `a message that is given up does not stop the next, and is not overtaken before`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            for text in ["1", "2", "3"] { try await company.send(text, to: Person(1).byPhone) }
            let isPatient = Mutex(true)
            region.messenger.answer { delivery in
                guard delivery.text == "2" else { return .accepted(delivery) }
                return isPatient.withLock { $0 } ? .retry(.busy) : .giveUp(.never)
            }
            let hand = try Hand(in: region)
            try await hand.work()
            #expect(region.messenger.texts == ["1", "2"])
            try await region.letTimePass()
            isPatient.withLock { $0 = false }
            try await hand.work()
            #expect(region.messenger.texts == ["1", "2", "2", "3"])
            #expect(try await company.messages(.outbound).map(\.state) == ["sent", "failed", "sent"])
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a lane that waits does not hold up another of the same tenant`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            for number in 1...2 { try await company.befriend(Person(number)) }
            try await company.send("stuck", to: Person(1).byPhone)
            try await company.send("goes", to: Person(2).byPhone)
            region.messenger.answer { $0.text == "stuck" ? .wait(.busy, scope: .conversation) : .accepted($0) }
            try await Hand(in: region).work()
            #expect(Set(region.messenger.texts) == ["stuck", "goes"])
            #expect(Set(try await company.messages(.outbound).map(\.state)) == ["accepted", "sent"])
        }
    }
}
