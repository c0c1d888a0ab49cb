import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct ChannelMoveTests {
    private func entries(of tenant: TenantID, _ region: Region) async throws -> [String] {
        try await region.controlDatabase.query(
            PostgresQuery(
                "test.trail",
                "SELECT action FROM audit_entries WHERE chain = $1 AND action LIKE 'channel.%' ORDER BY sequence",
                [tenant.description])
        ).map { try $0.decode("action") }
    }

    private func move(_ company: Company, to other: Company) async throws {
        try await company.region.installation.channels.move(company.id, company.channel.id, to: other.id, .system)
    }

    @Test func `the number moves, and everything of the old tenant's people stays`() async throws {
        try await Region.with { region in
            let (old, new) = (try await Company(in: region), try await Company(in: region, channels: 0))
            try await old.befriend(Person(1))
            try await old.agree(Person(2).phone)
            try await old.send("delivered", to: Person(1).byPhone)
            try await Hand(in: region).work()
            let waiting = try await old.send("waits", to: Person(1).byPhone)
            let before = Date()
            try await move(old, to: new)
            try await Company.goLive(new.id, in: region)

            let left = try #require(try await region.installation.channels.list(old.id).first)
            let come = try #require(try await region.installation.channels.list(new.id).first)
            #expect(left.state == .disconnected && left.secretsChanged.isEmpty)
            #expect(come.state == .active && come.address == old.channel.address && come.joinedAt != nil)
            #expect(
                come.ingressRoute == old.channel.ingressRoute
                    && Set(come.secretsChanged.keys) == Set(["configuration.access_token", "ingress.secret"]))
            #expect(try await new.contacts().isEmpty)
            #expect(try await new.messages().isEmpty)
            #expect(try await old.contacts().count == 2)

            let ended = try await old.message(waiting)
            #expect(ended.state == "failed" && ended.fault?.code == "channel_moved")
            try await region.letTimePass()
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["delivered"])
            #expect(try await region.queueFaults() == [])

            // Still on its way when the number moved: written before, and the status of a message sent before.
            let first = try #require(try await old.messages(.outbound).first { $0.state == "sent" })
            try await region.anotherProcess { other in
                let events = [
                    old.channel.message("late", from: [Person(2).phone], "noch an die alten", at: before),
                    old.channel.status(
                        .read, of: region.messenger.deliveries[0].providerID, names: first.id,
                        at: Date(timeIntervalSinceNow: 1)),
                ]
                let receipt = try await other.ingress.receive(
                    plugin: Messenger.name, route: come.ingressRoute, headers: Company.headers(old.channel),
                    body: region.messenger.webhook(events))
                #expect(receipt.stored == 2 && receipt.unroutable == 0)
            }
            #expect(try await new.contacts().isEmpty)
            #expect(try await new.messages().isEmpty)
            #expect(try await old.messages(.inbound).count == 2)
            #expect(try await old.message(first.id).state == "read")
            #expect(try await region.number("SELECT count(*) FROM channel_events WHERE tenant_id = $1", [new.id]) == 0)
            #expect(try await entries(of: old.id, region).last == "channel.moved")
            #expect(try await entries(of: new.id, region).suffix(2) == ["channel.moved", "channel.connected"])
        }
    }

    @Test func `what is written after the moment is the new tenant's, and it sends only from then on`() async throws {
        try await Region.with { region in
            let (old, new) = (try await Company(in: region), try await Company(in: region, channels: 0))
            try await move(old, to: new)
            // It was only being brought in: a number is what it needed to go live.
            try await Company.goLive(new.id, in: region)
            let come = try #require(try await region.installation.channels.list(new.id).first)
            let held = try await region.rows("SELECT held_until FROM channels WHERE channel_id = $1", [come.id])
            #expect(try held[0].decode("held_until", as: Date.self) > Date())
            try await new.agree(Person(3).phone, on: come)
            // The moment has come.
            _ = try await region.controlDatabase.query(
                PostgresQuery("test.pass", "UPDATE channel_routes SET since = now() - interval '1 second'"))
            try await region.anotherProcess { other in
                let receipt = try await other.ingress.receive(
                    plugin: Messenger.name, route: come.ingressRoute, headers: Company.headers(old.channel),
                    body: region.messenger.webhook([come.message("new", from: [Person(3).phone])]))
                #expect(receipt.stored == 1)
            }
            #expect(try await new.messages().count == 1)
            #expect(try await old.messages().isEmpty)
            try await new.send("willkommen", to: Person(3).byPhone, on: come)
            try await Hand(in: region).work()
            #expect(region.messenger.texts.isEmpty)
            try await region.letTimePass()
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["willkommen"])
        }
    }

    @Test func `moving again after an interruption finishes it, and a number can come back`() async throws {
        try await Region.with { region in
            let (old, new) = (try await Company(in: region), try await Company(in: region, channels: 0))
            try await move(old, to: new)
            // As if the process had died after the moment was written down.
            _ = try await region.rows(
                "UPDATE channels SET joined_at = NULL, state = 'stopped' WHERE tenant_id = $1", [new.id])
            _ = try await region.rows("UPDATE channels SET state = 'active' WHERE tenant_id = $1", [old.id])
            try await move(old, to: new)
            let come = try #require(try await region.installation.channels.list(new.id).first)
            #expect(come.state == .active && come.joinedAt != nil)
            #expect(try await region.installation.channels.list(old.id).map(\.state) == [.disconnected])
            try await Company.goLive(new.id, in: region)
            try await region.installation.channels.move(new.id, come.id, to: old.id, .system)
            let back = try await region.installation.channels.list(old.id)
            #expect(back.map(\.id) == [old.channel.id] && back.map(\.state) == [.active])
        }
    }

    @Test func `a number does not move when something is in the way`() async throws {
        try await Region.with { region in
            let (old, new) = (try await Company(in: region), try await Company(in: region, channels: 0))
            let channels = region.installation.channels
            await expectError(.invalid, field: "tenant") { try await move(old, to: old) }
            // There is no agreement in force with it.
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.suspend", "UPDATE agreements SET state = 'suspended' WHERE tenant_id = $1", [new.id]))
            await expectError(.conflict) {
                _ = try await channels.moveRequest(old.id, old.channel.id, to: new.id, reason: "x")
            }
            await expectError(.conflict) { try await move(old, to: new) }
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.resume", "UPDATE agreements SET state = 'in_force' WHERE tenant_id = $1", [new.id]))
            await expectError(.notFound) {
                _ = try await channels.moveRequest(new.id, old.channel.id, to: old.id, reason: "x")
            }
            let account = try await region.rows("SELECT account_address FROM channels")[0].decode(
                "account_address", as: String.self)
            _ = try await channels.connect(
                old.id,
                NewChannel(
                    plugin: Messenger.name,
                    configuration: [
                        "phone_number_id": "4711", "business_account_id": account, "access_token": "t",
                    ], ingress: ["secret": "s"]), .system)
            await expectError(.conflict, "the account has two numbers") { try await move(old, to: new) }
            #expect(try await channels.list(old.id).map(\.state) == [.active, .active])
            #expect(try await channels.list(new.id).isEmpty)
        }
    }
}
