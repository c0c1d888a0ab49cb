import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// A merge of contacts takes a conversation's lane, its messages and its jobs, in this order, while a worker writes down what became
/// of one of them.
@Suite struct DeadlockTests {
    private static let lane = "SELECT 1 FROM queue_lanes FOR UPDATE"
    private static let message = "SELECT 1 FROM messages WHERE direction = 'outbound' FOR UPDATE"
    private static let job = "SELECT 1 FROM queue_jobs FOR UPDATE"

    /// What is held when the worker begins to write, and what is wanted then.
    private static let moments = [([lane], [message, job]), ([lane, message], [job])]

    private static let outcomes: [(outcome: @Sendable (Messenger.Delivery) -> DeliveryOutcome, state: String)] = [
        ({ .accepted($0) }, "sent"), ({ _ in .giveUp(.never) }, "failed"), ({ _ in .retry(.busy) }, "accepted"),
        ({ _ in .wait(.busy, scope: .conversation) }, "accepted"), ({ _ in .unclear(.silence) }, "sending"),
    ]

    @Test(arguments: 0..<outcomes.count)
    func `what the messenger answered is written down all the same`(row: Int) async throws {
        let (outcome, state) = Self.outcomes[row]
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            for (held, wanted) in Self.moments {
                let id = try await company.send("Hallo", to: Person(1).byPhone)
                let latch = Latch()
                region.messenger.answer { delivery in
                    await latch.wait()
                    return outcome(delivery)
                }
                let hand = try Hand(in: region)
                async let work: Void = hand.work()
                try await eventually("it is on its way") { latch.waitingCount == 1 }
                try await region.database.transaction(retries: 0) { tx in
                    for sql in held { _ = try await tx.query(PostgresQuery("test.hold", sql)) }
                    latch.open()
                    try await region.database.untilWaiting(1)
                    for sql in wanted { _ = try await tx.query(PostgresQuery("test.hold", sql)) }
                }
                _ = try await work
                #expect(try await company.message(id).state == state)
                #expect(try await region.number("SELECT count(*) FROM queue_lanes WHERE lease_owner IS NOT NULL") == 0)
                #expect(try await region.queueFaults() == [])
                _ = try await region.rows("DELETE FROM queue_jobs")
                _ = try await region.rows("DELETE FROM queue_lanes")
            }
        }
    }

    /// Each lane is held in turn while two want all of them: whoever waits must hold only lanes that come before.
    @Test func `lanes of a tenant are taken in one order, whoever takes several`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            var messages: [MessageID] = []
            for number in 1...4 {
                try await company.befriend(Person(number))
                messages.append(try await company.send("Hallo", to: Person(number).byPhone))
            }
            _ = try await region.rows("UPDATE queue_lanes SET run_at = now() + interval '1 hour'")
            let lanes: [UUID] = try await region.rows("SELECT lane_id FROM queue_lanes ORDER BY lane_id")
                .map { try $0.decode("lane_id") }
            let wanted = messages
            for (place, lane) in lanes.enumerated() {
                for query in [QueueStore.hurry(company.id), QueueStore.settle(company.id, wanted)] {
                    try await region.database.holding(
                        "SELECT 1 FROM queue_lanes WHERE lane_id = $1 FOR UPDATE", [lane]
                    ) { release in
                        let app = try region.shard.app
                        async let taking = app.transactionBatch(settings: asTenant(company.id), [query])
                        try await region.database.untilWaiting(1)
                        let free: [UUID] = try await region.rows(
                            "SELECT lane_id FROM queue_lanes ORDER BY lane_id FOR UPDATE SKIP LOCKED"
                        ).map { try $0.decode("lane_id") }
                        #expect(free == Array(lanes[(place + 1)...]), "\(query.name), lane \(place)")
                        try await release()
                        _ = try await taking
                    }
                    _ = try await region.rows("UPDATE queue_lanes SET run_at = now() + interval '1 hour'")
                }
            }
        }
    }
}
