import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Platform

@Suite struct StatusTests {
    private struct Reported: Sendable {
        var company: Company
        var message: MessageID
        var providerID: String
    }

    /// Messages that the messenger took.
    private func sent(_ count: Int, in region: Region) async throws -> [Reported] {
        let company = try await Company(in: region)
        try await company.befriend(Person(1))
        for number in 0..<count { try await company.send("\(number)", to: Person(1).byPhone) }
        try await Hand(in: region).work()
        return region.messenger.deliveries.map {
            Reported(company: company, message: $0.message, providerID: $0.providerID)
        }
    }

    private static func progress(_ state: String) -> Int {
        ["sent", "failed", "delivered", "read"].firstIndex(of: state) ?? -1
    }

    @Test func `statuses in every order end in the same state`() async throws {
        try await Region.with { region in
            let stages: [StatusUpdate.Stage] = [.sent, .delivered, .read, .failed]
            let orders = orders(of: stages)
            let reported = try await sent(orders.count, in: region)
            for (order, message) in zip(orders, reported) {
                var state = "sent"
                for stage in order {
                    try await message.company.receive(
                        message.company.channel.status(
                            stage, of: message.providerID, fault: stage == .failed ? .never : nil))
                    let next = try await message.company.message(message.message).state
                    #expect(Self.progress(next) >= Self.progress(state), "\(order) ran backwards at \(stage)")
                    state = next
                }
                let end = try await message.company.message(message.message)
                #expect(end.state == "read", "\(order)")
                #expect(end.fault == nil, "\(order)")
                #expect(Set(end.stages.map(\.stage)) == Set(stages.map(\.rawValue)), "\(order)")
            }
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `any statuses, in any order, company and number, end as the rule says`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let plans = (0..<20).map { _ in
            let stages = StatusUpdate.Stage.allCases.shuffled(using: &random).prefix(
                Int.random(in: 1...5, using: &random))
            let repeated = (stages + stages.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
            return repeated.map { (stage: $0, namesOurs: Bool.random(using: &random)) }
        }
        // How the statuses of all messages are spread over webhooks.
        var queues = plans.map { $0[...] }
        var webhooks: [[(message: Int, stage: StatusUpdate.Stage, namesOurs: Bool)]] = []
        while queues.contains(where: { !$0.isEmpty }) {
            var webhook: [(message: Int, stage: StatusUpdate.Stage, namesOurs: Bool)] = []
            for place in queues.indices.shuffled(using: &random).prefix(6) {
                for next in queues[place].prefix(Int.random(in: 0...3, using: &random)) {
                    webhook.append((place, next.stage, next.namesOurs))
                    queues[place].removeFirst()
                }
            }
            if !webhook.isEmpty { webhooks.append(webhook) }
        }
        try await Region.with { [webhooks] region in
            let reported = try await sent(plans.count, in: region)
            let channel = reported[0].company.channel
            try await withThrowingTaskGroup(of: Void.self) { group in
                for webhook in webhooks {
                    group.addTask {
                        try await reported[0].company.receive(
                            webhook.map { part in
                                channel.status(
                                    part.stage, of: reported[part.message].providerID,
                                    names: part.namesOurs ? reported[part.message].message : nil,
                                    fault: part.stage == .failed ? .never : nil)
                            })
                    }
                }
                try await group.waitForAll()
            }
            for (plan, message) in zip(plans, reported) {
                let view = try await message.company.message(message.message)
                let expected = plan.reduce(MessageState.sent) { $0.advanced(by: $1.stage) }
                #expect(view.state == expected.rawValue, "\(plan)")
                #expect(view.fault == (expected == .failed ? .never : nil), "\(plan)")
                #expect(Set(view.stages.map(\.stage)) == Set(plan.map(\.stage.rawValue)), "\(plan)")
            }
        }
    }

    @Test func `statuses that are quicker than the record of the send are adopted by it, with what went wrong`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let cases: [(statuses: [(stage: StatusUpdate.Stage, namesOurs: Bool)], state: String)] = [
                ([(.delivered, false)], "delivered"), ([(.delivered, true)], "delivered"),
                ([(.failed, false)], "failed"),
                ([(.failed, true)], "failed"), ([(.read, false), (.sent, false)], "read"),
                ([(.failed, true), (.delivered, false)], "delivered"),
                ([(.delivered, true), (.failed, false)], "delivered"),
                ([(.failed, false), (.delivered, false)], "delivered"),
            ]
            region.messenger.answer { delivery in
                for status in cases[Int(delivery.text) ?? 0].statuses {
                    _ = try? await company.receive(
                        company.channel.status(
                            status.stage, of: delivery.providerID, names: status.namesOurs ? delivery.message : nil,
                            fault: status.stage == .failed ? .never : nil))
                }
                return .accepted(delivery)
            }
            for (number, row) in cases.enumerated() {
                let id = try await company.send("\(number)", to: Person(1).byPhone)
                try await Hand(in: region).work()
                let view = try await company.message(id)
                #expect(view.state == row.state, "\(row)")
                #expect(view.fault == (row.state == "failed" ? .never : nil), "\(row)")
                #expect(Set(view.stages.map(\.stage)) == Set(row.statuses.map(\.stage.rawValue)), "\(row)")
            }
            #expect(try await region.queueFaults() == [])
        }
    }

    /// The status has looked for its message in vain and is not yet stored when the send is recorded.
    @Test func `a status that crosses the record of the send is not lost`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            let status = company.channel.status(.delivered, of: "scripted.\(id)")
            let index = try await company.keys.providerIndex("scripted.\(id)", plugin: Messenger.name)
            try await region.database.holding(
                "INSERT INTO message_statuses (tenant_id, provider_index, stage, occurred_at) VALUES ($1, $2, 'delivered', now())",
                [company.id, index]
            ) { release in
                async let receipt = company.receive(status)
                try await region.database.untilWaiting(1)
                async let work: Void = Hand(in: region).work()
                // The record either waits for the status now or is done with it.
                try await eventually("the send is recorded, or waits") {
                    let state = try await company.message(id).state
                    let waiting = try await region.database.waitingCount()
                    return state == "sent" || waiting > 1
                }
                try await release()
                _ = try await (receipt, work)
            }
            #expect(try await company.message(id).state == "delivered")
        }
    }

    @Test
    func
        `a failure keeps its reason when an earlier stage is heard of later, and loses it when the message arrived after all`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("Hallo", to: Person(1).byPhone)
            region.messenger.answer { _ in .giveUp(.never) }
            try await Hand(in: region).work()
            for (stage, state, fault) in [
                (.sent, "failed", .never), (.deleted, "failed", .never), (.delivered, "delivered", nil),
                (.failed, "delivered", nil),
            ] as [(StatusUpdate.Stage, String, ChannelFault?)] {
                try await company.receive(
                    company.channel.status(stage, of: "late", names: id, fault: stage == .failed ? .busy : nil))
                let view = try await company.message(id)
                #expect(view.state == state, "\(stage)")
                #expect(view.fault == fault, "\(stage)")
                #expect(view.providerID?.revealed == "late", "\(stage)")
            }
        }
    }
}
