import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

/// A purpose's terms change so that what was agreed to before no longer holds.
@Suite struct RenewedTermsTests {
    private let person = Person(1)

    private func renew(
        _ company: Company, _ purpose: String = "service", _ title: String = "Termine und Befunde"
    ) async throws -> KeptPurpose {
        var definition = PurposeDefinition.sample(title)
        definition.renewsConsent = true
        return try await company.terms.set(definition, for: purpose, of: company.id, .any, .system)
    }

    private func prepare(_ region: Region) async throws -> Company {
        let company = try await Company(in: region)
        try await company.setTerms()
        return company
    }

    private func events(_ region: Region) async throws -> [String] {
        try await region.rows("SELECT kind || ' ' || purpose AS event FROM consent_events ORDER BY seq").map {
            try $0.decode("event")
        }
    }

    private func states(_ company: Company, _ contact: ContactID) async throws -> [String] {
        try await company.region.installation.consents.list(company.caller, contact).map {
            "\($0.purpose) \($0.standing.state)"
        }
    }

    private func isWhole(_ region: Region) async throws -> Bool {
        try await region.installation.consentVerifier.verify(nil).allSatisfy(\.findings.isEmpty)
    }

    @Test func `what was agreed to before ends at once, is written down once, and begins anew with a new agreement`()
        async throws
    {
        try await Region.with { region in
            let company = try await prepare(region)
            _ = try await company.terms.set(.sample("Neues"), for: "news", of: company.id, .any, .system)
            let contact = try await company.declare(by: person.byPhone).contact
            try await company.declare(by: person.byPhone, for: "news")
            try await company.declare(by: Person(2).byPhone)
            try await company.receive(company.channel.message("m", from: [person.phone]))
            try await company.send("vor der Änderung", to: person.byPhone)
            let renewed = try await renew(company)
            await expectRefusal(.consentSuperseded) { try await company.send("x", to: person.byPhone) }
            try await company.send("Neues", to: person.byPhone, for: "news")
            // Queued before, stopped by it.
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["Neues"])
            #expect(try await states(company, contact) == ["news granted", "service superseded"])
            #expect(try await isWhole(region))

            let keeper = ConsentKeeper(shard: try region.shard)
            #expect(try await keeper.noteSuperseded(company.id) == 2)
            #expect(try await keeper.noteSuperseded(company.id) == 0)
            try await keeper.keep()
            let all = try await events(region)
            #expect(
                all == [
                    "granted service", "granted news", "granted service", "superseded service", "superseded service",
                ])
            let noted = try await region.rows(
                "SELECT occurred_at FROM consent_events WHERE kind = 'superseded'"
            ).map { try $0.decode("occurred_at", as: Date.self) }
            #expect(noted.allSatisfy { abs($0.timeIntervalSince(renewed.createdAt)) < 0.001 })
            #expect(try await states(company, contact) == ["news granted", "service superseded"])
            await expectRefusal(.consentSuperseded) { try await company.send("x", to: person.byPhone) }
            #expect(try await isWhole(region))

            try await company.declare(by: person.byPhone)
            try await company.send("Hallo", to: person.byPhone)
            #expect(try await states(company, contact) == ["news granted", "service granted"])
            #expect(try await keeper.noteSuperseded(company.id) == 0)
            #expect(try await isWhole(region))
        }
    }

    @Test func `one who agrees anew before the housekeeper came is not weighed against what no longer holds`()
        async throws
    {
        try await Region.with { region in
            let company = try await prepare(region)
            let contact = try await company.declare(by: person.byPhone).contact
            let others = try await company.declare(by: Person(2).byPhone).contact
            _ = try await renew(company)
            let listed = ConsentEventDraft(
                kind: .granted, purpose: "service", occurredAt: Date(), evidence: ["method": "import"])
            let (channel, keys) = (company.channel.id, try await company.keys)
            try await region.shard.app.transaction(settings: asTenant(company.id)) { tx in
                let (_, standing) = try await ConsentLedger.add(
                    keys, .generate(), contact: contact, channel: channel, source: "test", listed, by: nil, tx)
                #expect(standing.state == .granted && standing.grounds.proof == .asserted)
                let many = try await ConsentLedger.add(
                    keys, [.init(id: .generate(), contact: others, draft: listed)], channel: channel, source: "test",
                    by: nil, tx)
                #expect(many.map(\.standing.state) == [.granted])
            }
            let all = try await events(region)
            #expect(all.map { $0.prefix(7) } == ["granted", "granted", "superse", "granted", "superse", "granted"])
            #expect(try await ConsentKeeper(shard: try region.shard).noteSuperseded(company.id) == 0)
            #expect(try await isWhole(region))
        }
    }

    @Test func `an agreement to the former terms that comes later admits nobody`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            let code = try await company.keepCode(from: company.setUp(SignPost.name))
            let before = Date()
            _ = try await renew(company)
            try await company.receive(company.channel.message("hello", from: [person.phone]))
            #expect(try await company.heldBack() == 1)
            let receipt = try await region.installation.consents.declare(
                company.caller, source: "declared", person: person.byPhone, channel: company.channel.id,
                body: Company.consent(at: before))
            #expect(receipt.view.standing.state == .superseded)
            try await company.receive(company.channel.message("code", from: [person.phone], code.code.revealed))
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 2)
            #expect(try await company.messages(.inbound).isEmpty)
            await expectRefusal(.consentMissing) { try await company.send("x", to: person.byPhone) }
            try await ConsentKeeper(shard: try region.shard).keep()
            let kinds = ["granted", "superseded", "granted", "confirmed"]
            #expect(try await events(region) == kinds.map { "\($0) service" })
            #expect(try await company.heldBack() == 2)
            #expect(try await isWhole(region))
            let now = try await company.keepCode(from: company.sources.list(company.id)[0], Company.agreed(at: Date()))
            try await company.receive(company.channel.message("new", from: [person.phone], now.code.revealed))
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).count == 3)
        }
    }

    @Test func `who is asked while the terms are renewed is asked by the new ones`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            region.asker.play { _, _ in DialogueStep(.asking(until: nil), state: "asked") }
            try await company.setUp()
            func versionHeard(_ text: String) async throws -> [Int] {
                let heard = Mutex<[Int]>([])
                region.asker.play { _, setup in
                    heard.withLock { $0 += setup.terms.purposes.map(\.version) }
                    return DialogueStep(.asking(until: nil), state: "asked")
                }
                try await company.receive(company.channel.message(text, from: [person.phone], text))
                try await Ear(in: region).work()
                return heard.withLock { $0 }
            }
            #expect(try await versionHeard("eins") == [1])
            // A correction of the words changes nothing for somebody who is being asked.
            _ = try await company.terms.set(.sample("Termine!"), for: "service", of: company.id, .any, .system)
            #expect(try await versionHeard("zwei") == [1])
            #expect(try await renew(company).version == 3)
            #expect(try await versionHeard("drei") == [3])
        }
    }

    @Test func `a version that only repeats what renewed renews nothing, and ended consents stay as they ended`()
        async throws
    {
        try await Region.with { region in
            let company = try await prepare(region)
            try await company.declare(by: person.byPhone)
            try await company.declare("withdrawn", by: person.byPhone)
            try await company.receive(company.channel.message("m", from: [Person(2).phone]))
            #expect(try await renew(company).version == 2)
            #expect(try await renew(company).version == 2)
            try await company.declare(by: Person(2).byPhone)
            let again = try await company.terms.set(
                .sample("Termine und Befunde"), for: "service", of: company.id, .any, .system)
            #expect(again.version == 2)
            let corrected = try await company.terms.set(
                .sample("Termine, Befunde"), for: "service", of: company.id, .any, .system)
            #expect(corrected.version == 3 && !corrected.definition.renewsConsent)
            try await company.send("Hallo", to: Person(2).byPhone)
            await expectRefusal(.consentWithdrawn) { try await company.send("x", to: person.byPhone) }
            #expect(try await ConsentKeeper(shard: try region.shard).noteSuperseded(company.id) == 0)
        }
    }

    @Test func `nothing is renewed while somebody would go on asking by the former terms`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            let source = try await company.setUp()
            try await company.befriend(person)
            var definition = PurposeDefinition.sample("Termine", languages: ["de", "en"])
            definition.renewsConsent = true
            await #expect(
                performing: {
                    _ = try await company.terms.set(definition, for: "service", of: company.id, .any, .system)
                },
                throws: { error in
                    let error = error as? PlatformError
                    return error?.code == .conflict && error?.remedy?.contains(source.source.id.description) == true
                })
            try await company.send("Hallo", to: person.byPhone)
            _ = try await company.sources.set(.paused, of: source.source.id, of: company.id, .any, .system)
            _ = try await company.terms.set(definition, for: "service", of: company.id, .any, .system)
            await expectRefusal(.consentSuperseded) { try await company.send("x", to: person.byPhone) }
        }
    }
}
