import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct ChannelServiceTests {
    private func channels(of tenant: TenantID, in region: Region) async throws -> Int {
        try await region.number("SELECT count(*) FROM channels WHERE tenant_id = $1", [tenant])
    }

    @Test func `a number belongs to one tenant in the whole installation`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region, channels: 0))
            for tenant in [other.id, company.id] {
                await expectError(.conflict) {
                    try await Company.connect(tenant, in: region, address: company.channel.address)
                }
            }
            // Nothing of it is left with the one that was refused.
            #expect(try await channels(of: other.id, in: region) == 0)
            #expect(try await channels(of: company.id, in: region) == 1)
            let receipt = try await company.receive(company.channel.message("m", from: [Person(1).phone]))
            #expect(receipt.stored == 1)
            _ = try await Company.connect(other.id, in: region)
        }
    }

    @Test func `of tenants that connect a number at the same moment one gets it`() async throws {
        try await Region.with { region in
            for round in 0..<4 {
                let companies = [
                    try await Company(in: region, channels: 0), try await Company(in: region, channels: 0),
                    try await Company(in: region, channels: 0),
                ]
                let connected = await withTaskGroup(of: Bool.self) { group in
                    for company in companies {
                        group.addTask {
                            (try? await Company.connect(company.id, in: region, address: "77\(round)")) != nil
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(connected == 1)
                var rows = 0
                for company in companies { rows += try await channels(of: company.id, in: region) }
                #expect(rows == 1)
            }
        }
    }

    @Test func `a connecting that was interrupted between the two databases can be done again`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            _ = try await region.controlDatabase.query(PostgresQuery("test.interrupt", "DELETE FROM channel_routes"))
            let again = try await Company.connect(company.id, in: region, address: company.channel.address)
            #expect(try await region.installation.channels.list(company.id).map(\.id) == [again.id])
            try await company.agree(Person(1).phone, on: again)
            try await company.receive([again.message("m", from: [Person(1).phone])], through: again)
            #expect(try await company.messages().count == 1)
        }
    }

    @Test func `a wrong configuration names every key that is wrong`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let error = await #expect(throws: PlatformError.self) {
                try await region.installation.channels.connect(
                    company.id,
                    NewChannel(
                        plugin: Messenger.name, configuration: ["phone_number_id": " ", "colour": "green"],
                        ingress: ["secret": "s"]), .system)
            }
            #expect(error?.code == .invalid)
            #expect(
                Set(error?.fields.map(\.path) ?? []) == [
                    "configuration.phone_number_id", "configuration.access_token", "configuration.colour",
                ])
            await expectError(.invalid, field: "plugin") {
                try await region.installation.channels.connect(
                    company.id, NewChannel(plugin: "fax", configuration: [:], ingress: [:]), .system)
            }
            #expect(try await channels(of: company.id, in: region) == 0)
        }
    }

    @Test func `credentials and ingress secrets are sealed in their rows, and found again by a new process`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let sealed = [
                try await region.rows("SELECT configuration_sealed FROM channels"),
                try await region.controlDatabase.query(
                    PostgresQuery("test.look", "SELECT configuration_sealed FROM ingress_routes")),
            ].map {
                String(decoding: (try? $0[0].decode("configuration_sealed", as: [UInt8].self)) ?? [], as: UTF8.self)
            }
            for text in sealed {
                #expect(!text.isEmpty && !text.contains("token-") && !text.contains("ingress-secret"))
            }
            try await company.befriend(Person(1))
            try await company.send("Hallo", to: Person(1).byPhone)
            try await region.anotherProcess { other in
                let body = region.messenger.webhook([company.channel.message("m", from: [Person(1).phone])])
                let receipt = try await other.ingress.receive(
                    plugin: Messenger.name, route: company.channel.ingressRoute,
                    headers: Company.headers(company.channel), body: body)
                #expect(receipt.stored == 1)
            }
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["Hallo"])
        }
    }

    @Test func `a channel is changed as it was seen, or not at all`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let channels = region.installation.channels
            let change = ChannelChange(configuration: ["access_token": "token-new"], ingress: [:])
            let seen = company.channel.revision
            let changed = try await channels.update(company.id, company.channel.id, change, Expected([seen]), .system)
            #expect(changed.revision == seen + 1)
            await expectError(.preconditionFailed) {
                try await channels.update(company.id, company.channel.id, change, Expected([seen]), .system)
            }
            // What is as it was asked to be is not changed again.
            #expect(
                try await channels.update(company.id, company.channel.id, change, Expected([seen + 1]), .system)
                    .revision
                    == seen + 1)
            #expect(try await channels.find(company.id, company.channel.id).revision == seen + 1)
            let started = try await channels.start(company.id, company.channel.id, .system)
            #expect(started.revision == seen + 2 && started.state == .active)
            #expect(try await channels.disconnect(company.id, company.channel.id, .system).channel.revision > seen + 2)
            await expectError(.notFound) { try await channels.find(company.id, .generate()) }
        }
    }
    @Test func `a stopped channel holds what was queued, takes nothing new until it is started, and says why`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let (channels, id) = (region.installation.channels, company.channel.id)
            try await company.befriend(Person(1))
            try await company.send("Hallo", to: Person(1).byPhone)
            await expectError(.invalid) { try await channels.stop(company.id, id, .system) }
            let stopped = try await channels.stop(company.id, id, Cause.system.because(" The shop moves. "))
            #expect(stopped.state == .stopped(reason: "The shop moves.") && stopped.joinedAt != nil)
            await expectError(.conflict) { try await channels.stop(company.id, id, Cause.system.because("again")) }
            await expectError(.refused) { try await company.send("Neues", to: Person(1).byPhone) }
            try await Hand(in: region).work()
            #expect(region.messenger.texts == [])
            _ = try await channels.start(company.id, id, .system)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["Hallo"])
        }
    }

    @Test func `what a channel is configured with is shown without its secrets`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let channels = region.installation.channels
            let settings = try await channels.settings(company.id, company.channel.id)
            #expect(settings.channel.id == company.channel.id && !settings.configuration.isEmpty)
            #expect(settings.configuration["access_token"] == nil && settings.ingress?["secret"] == nil)
            #expect(settings.channel.secretsChanged.keys.contains("configuration.access_token"))
            _ = try await channels.disconnect(company.id, company.channel.id, .system)
            await expectError(.conflict) { try await channels.settings(company.id, company.channel.id) }
        }
    }
}
