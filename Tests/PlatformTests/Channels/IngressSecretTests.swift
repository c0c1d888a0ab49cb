import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct IngressSecretTests {
    private func isTaken(_ secret: String, _ company: Company, _ id: String) async throws -> Bool {
        let (region, channel) = (company.region, company.channel)
        let outcome = try await region.freshly { other in
            do {
                _ = try await other.ingress.receive(
                    plugin: Messenger.name, route: channel.ingressRoute, headers: IngressHeaders([("secret", secret)]),
                    body: region.messenger.webhook([channel.message(id, from: [Person(1).phone])]))
                return true
            } catch IngressRefusal.signatureWrong {
                return false
            }
        }
        return outcome
    }

    @Test func `the secret from before holds for the overlap, and only the last one`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let old = Company.secret(of: company.channel.address)
            func change(to secret: String, overlap: Int) async throws {
                _ = try await region.installation.channels.update(
                    company.id, company.channel.id,
                    ChannelChange(configuration: [:], ingress: ["secret": secret], overlapMinutes: overlap), .any,
                    .system)
            }
            try await change(to: "second", overlap: 60)
            #expect(try await isTaken(old, company, "1"))
            #expect(try await isTaken("second", company, "2"))
            try await change(to: "third", overlap: 60)
            #expect(try await !isTaken(old, company, "3"))
            #expect(try await isTaken("second", company, "4"))
            _ = try await region.controlDatabase.query(
                PostgresQuery("test.pass", "UPDATE ingress_routes SET previous_until = now() - interval '1 second'"))
            #expect(try await !isTaken("second", company, "5"))
            #expect(try await isTaken("third", company, "6"))
            try await ChannelWatch(channels: region.installation.channels, logger: .quiet).lookAround()
            let kept = try await region.controlDatabase.query(
                PostgresQuery("test.look", "SELECT count(previous_sealed) AS kept FROM ingress_routes"))
            #expect(try kept[0].decode("kept", as: Int.self) == 0)
            try await change(to: "fourth", overlap: 0)
            #expect(try await !isTaken("third", company, "7"))
            #expect(try await isTaken("fourth", company, "8"))
        }
    }

    @Test func `the watch looks at a channel once an hour, whoever asks`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            func looked() async throws -> [Date] {
                try await region.rows("SELECT checked_at FROM channel_health ORDER BY channel_id").map {
                    try $0.decode("checked_at")
                }
            }
            let watch = ChannelWatch(channels: region.installation.channels, logger: .quiet)
            try await watch.lookAround()
            let first = try await looked()
            #expect(first.count == 2)
            try await watch.lookAround()
            #expect(try await looked() == first)
            _ = try await region.rows(
                "UPDATE channel_health SET asked_at = now() - interval '61 minutes' WHERE channel_id = $1",
                [company.channels[0].id])
            try await watch.lookAround()
            let second = try await looked()
            #expect(second != first && Set(second).intersection(first).count == 1)
        }
    }
}

extension Region {
    /// In a process that remembers nothing.
    func freshly(_ body: @Sendable @escaping (Installation) async throws -> Bool) async throws -> Bool {
        let answer = Answer()
        try await anotherProcess { await answer.set(try await body($0)) }
        return await answer.value
    }

    private actor Answer {
        var value = false
        func set(_ new: Bool) { value = new }
    }
}
