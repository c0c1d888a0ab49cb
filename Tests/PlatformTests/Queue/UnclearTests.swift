import Foundation
import PluginKit
import Testing

@testable import Platform

/// The messenger may or may not have a message.
@Suite struct UnclearTests {
    private func unclear(_ region: Region) async throws -> (company: Company, message: MessageID) {
        let company = try await Company(in: region)
        try await company.befriend(Person(1))
        let id = try await company.send("1", to: Person(1).byPhone)
        try await company.send("2", to: Person(1).byPhone)
        region.messenger.answer { _ in .unclear(.silence) }
        try await Hand(in: region).work()
        region.messenger.answer { .accepted($0) }
        return (company, id)
    }

    /// Only the lane's own pause is over.
    private func makeDue(_ region: Region) async throws {
        _ = try await region.rows("UPDATE queue_lanes SET run_at = now()")
    }

    @Test func `it is not sent again, and nothing overtakes it, while a status may come`() async throws {
        try await Region.with { region in
            let (company, id) = try await unclear(region)
            try await makeDue(region)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1"])
            #expect(try await company.message(id).state == "sending")
        }
    }

    @Test(arguments: [StatusUpdate.Stage.sent, .delivered, .read, .failed])
    func `a status that names it settles it at once`(stage: StatusUpdate.Stage) async throws {
        try await Region.with { region in
            let (company, id) = try await unclear(region)
            try await company.receive(
                company.channel.status(stage, of: "theirs", names: id, fault: stage == .failed ? .never : nil))
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1", "2"])
            let view = try await company.message(id)
            #expect(view.state == stage.rawValue && view.providerID?.revealed == "theirs")
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a status that came before the silence settles it too`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("1", to: Person(1).byPhone)
            region.messenger.answer { delivery in
                _ = try? await company.receive(
                    company.channel.status(.delivered, of: "theirs", names: delivery.message))
                return .unclear(.silence)
            }
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1"])
            #expect(try await company.message(id).state == "delivered")
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
        }
    }

    @Test func `when no status comes it is sent again, and first`() async throws {
        try await Region.with { region in
            _ = try await unclear(region)
            try await region.letTimePass()
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1", "1", "2"])
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `what stays unclear time after time is set aside, and the next goes on`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let id = try await company.send("1", to: Person(1).byPhone)
            try await company.send("2", to: Person(1).byPhone)
            region.messenger.answer { $0.text == "1" ? .unclear(.silence) : .accepted($0) }
            for _ in 0..<DeliveryLane.unclearLimit {
                try await Hand(in: region).work()
                try await region.letTimePass()
            }
            #expect(region.messenger.texts == ["1", "1", "1", "2"])
            let letter = try #require(try await region.installation.deadLetters.list(company.id).items.only)
            #expect(letter.message == id && letter.attempts == 3 && letter.fault.code == "unclear")
            // The status may come after all.
            try await company.receive(company.channel.status(.delivered, of: "theirs", names: id))
            let view = try await company.message(id)
            #expect(view.state == "delivered" && view.fault == nil)
            await expectError(.notFound) { try await region.installation.deadLetters.retry(company.id, id, .system) }
        }
    }

    @Test func `a process that has just begun gives the messenger time to tell first`() async throws {
        try await Region.with { region in
            _ = try await unclear(region)
            try await region.letTimePass()
            try await Hand(in: region, startedAt: Date()).work()
            #expect(region.messenger.texts == ["1"])
        }
    }
}
