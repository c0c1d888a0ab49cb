import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct FairnessTests {
    /// A tenant with many messages in many conversations.
    private func crowd(_ lanes: Int, messages: Int, in region: Region) async throws -> Company {
        let company = try await Company(in: region)
        let people = (0..<lanes).map { Person($0) }
        try await company.receive(people.map { company.channel.message($0.phone.address.revealed, from: [$0.phone]) })
        _ = try await region.rows(
            """
            INSERT INTO consents (tenant_id, contact_id, channel_id, purpose, state, since, proof)
            SELECT tenant_id, contact_id, $2, 'service', 'granted', now(), 'documented' FROM contacts WHERE tenant_id = $1
            """, [company.id, company.channel.id])
        try await Ear(in: region).work()
        let batch = SendBatch(shard: try region.shard, plugins: region.installation.plugins)
        for number in 0..<messages {
            let items = people.map { person in
                SendItem(
                    caller: company.caller, request: company.request("\(number)", to: person.byPhone),
                    idempotencyHash: nil)
            }
            for outcome in try await batch.commit(items) { _ = try outcome.get() }
        }
        return company
    }

    @Test func `one message is delivered among the first, however many another tenant has queued before it`()
        async throws
    {
        try await Region.with { region in
            let crowd = try await crowd(200, messages: 10, in: region)
            let small = try await Company(in: region)
            try await small.befriend(Person(1))
            try await small.send("mine", to: Person(1).byPhone)
            #expect(try await region.number("SELECT count(*) FROM queue_jobs WHERE tenant_id = $1", [crowd.id]) == 2000)
            try await running([LaneWorker.delivering(in: region)]) {
                try await eventually("it is delivered") { region.messenger.texts.contains("mine") }
            }
            let place = try #require(region.messenger.texts.firstIndex(of: "mine"))
            #expect(place <= LaneWorker.Kind.delivery.slots)
        }
    }

    @Test func `a tenant whose messages all hang does not occupy every place`() async throws {
        try await Region.with { region in
            let crowd = try await crowd(100, messages: 1, in: region)
            let small = try await Company(in: region)
            try await small.befriend(Person(1))
            let latch = Latch()
            region.messenger.answer { delivery in
                if delivery.channel == crowd.channel.address { await latch.wait() }
                return .accepted(delivery)
            }
            let worker = try LaneWorker.delivering(in: region)
            try await running([worker]) {
                try await eventually("all that may hang do") { latch.waitingCount == LaneWorker.Kind.delivery.share }
                try await small.send("mine", to: Person(1).byPhone)
                worker.wake()
                try await eventually("it is delivered") { region.messenger.texts.contains("mine") }
                #expect(latch.waitingCount == LaneWorker.Kind.delivery.share)
                latch.open()
            }
        }
    }

    @Test func `a claim takes the first lane of every tenant before the second of any`() async throws {
        try await Region.with { region in
            var companies: [Company] = []
            for lanes in [40, 3, 1] { companies.append(try await crowd(lanes, messages: 1, in: region)) }
            let claimed = Dictionary(grouping: try await Hand(in: region).claim(limit: 9), by: \.tenant).mapValues(
                \.count)
            #expect(companies.map { claimed[$0.id] } == [5, 3, 1])
        }
    }
}
