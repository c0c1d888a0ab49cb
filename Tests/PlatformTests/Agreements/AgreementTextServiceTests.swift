import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Wordings that are kept: in versions, for all tenants or for one.
@Suite struct AgreementTextServiceTests {
    private func draft(_ parties: Parties, _ name: String, _ version: Int? = nil) async throws -> Agreement {
        let name = try #require(AgreementTextName(name))
        var draft = Parties.draft
        draft.text = AgreementTextChoice(name, version: version)
        return try await parties.region.installation.agreements.draft(parties.tenant, draft, parties.cause)
    }

    @Test func `an agreement is made with the text that is chosen, in the version that is newest or asked for`()
        async throws
    {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let (texts, agreements) = (region.installation.agreementTexts, region.installation.agreements)
            for version in [1, 2] {
                let stored = try await texts.add(
                    .sample("clinics", version, mark: "Fassung \(version) "), of: nil, parties.cause)
                #expect(stored.version == version && stored.tenant == nil && stored.storedBy == parties.member.id)
            }
            for (asked, made) in [(nil, 2), (1, 1), (2, 2)] {
                let draft = try await draft(parties, "clinics", asked)
                #expect(draft.electronic?.textID == "clinics" && draft.electronic?.textVersion == "\(made)")
                _ = try await agreements.offer(parties.tenant, draft.id, days: 7, parties.cause)
                let html = String(decoding: try await agreements.file(.html, parties.tenant, draft.id), as: UTF8.self)
                #expect(html.contains("Fassung \(made) "))
            }
            let standard = try await agreements.draft(parties.tenant, Parties.draft, parties.cause)
            #expect(standard.electronic?.textID == "standard", "unless said otherwise")
            await expectError(.notFound) { try await draft(parties, "clinics", 3) }
            await expectError(.notFound) { try await draft(parties, "nobodys") }
            await expectError(.invalid, field: "text.version") { try await draft(parties, "standard", 1) }
        }
    }

    @Test func `a tenant's own text is offered to nobody else`() async throws {
        try await Region.with { region in
            let (owner, other) = (try await Parties(in: region), try await Parties(in: region))
            let texts = region.installation.agreementTexts
            _ = try await texts.add(.sample("owners"), of: owner.tenant, owner.cause)
            _ = try await texts.add(.sample("everybodys"), of: nil, owner.cause)
            #expect(try await draft(owner, "owners").electronic?.textID == "owners")
            await expectError(.notFound) { try await draft(other, "owners") }
            await expectError(.notFound) { try await draft(other, "owners", 1) }
            #expect(try await texts.choices(for: owner.tenant).map(\.name.rawValue) == ["everybodys", "owners"])
            #expect(try await texts.choices(for: other.tenant).map(\.name.rawValue) == ["everybodys"])
            for whose in [other.tenant, nil] {
                await expectError(.conflict, "the name is taken") {
                    try await texts.add(.sample("owners", 2), of: whose, owner.cause)
                }
            }
            let chains = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.chains",
                    "SELECT chain FROM audit_entries WHERE action = 'agreement_text.stored' ORDER BY chain")
            ).map { try $0.decode("chain", as: String.self) }
            #expect(chains == [owner.tenant.description, "control"])
        }
    }

    @Test func `versions increase, and what is stored does not change`() async throws {
        try await Region.with { region in
            let texts = region.installation.agreementTexts
            #expect(try await texts.check(.sample("clinics", 3), of: nil).version == 3)
            #expect(try await texts.list(AgreementTextFilter(), PageRequest()).items == [], "checking stores nothing")
            _ = try await texts.add(.sample("clinics", 3), of: nil, .system)
            for version in [1, 3] {
                await expectError(.conflict) {
                    try await texts.add(.sample("clinics", version, mark: "other"), of: nil, .system)
                }
                await expectError(.conflict) { try await texts.check(.sample("clinics", version), of: nil) }
            }
            let name = try #require(AgreementTextName("clinics"))
            #expect(try await texts.find(name, 3).files == .sample("clinics", 3))
            let both = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask { (try? await texts.add(.sample("clinics", 4), of: nil, .system)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(both == 1, "stored once, whoever comes at the same moment")
            let error = await #expect(throws: PostgresError.self) {
                try await region.control.query(
                    PostgresQuery("test.change", "UPDATE agreement_texts SET content_de = 'x'"))
            }
            #expect(error?.sqlState == .insufficientPrivilege, "not even by the server's own role")
        }
    }

    @Test func `nothing new is made with a version that was withdrawn, and what was concluded stays`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let (texts, agreements) = (region.installation.agreementTexts, region.installation.agreements)
            for version in [1, 2] { _ = try await texts.add(.sample("clinics", version), of: nil, parties.cause) }
            let name = try #require(AgreementTextName("clinics"))
            let drafted = try await draft(parties, "clinics")
            let offered = try await draft(parties, "clinics")
            let offer = try await agreements.offer(parties.tenant, offered.id, days: 7, parties.cause)
            let withdrawn = try await texts.withdraw(name, 2, parties.cause)
            #expect(withdrawn.withdrawnAt != nil)
            #expect(try await texts.withdraw(name, 2, parties.cause) == withdrawn, "once is enough")
            await expectError(.conflict) { try await draft(parties, "clinics", 2) }
            await expectError(.conflict) {
                try await agreements.offer(parties.tenant, drafted.id, days: 7, parties.cause)
            }
            #expect(try await draft(parties, "clinics").electronic?.textVersion == "1", "the newest that is left")
            _ = try await agreements.accept(offer.link.revealed, Parties.acceptance)
            #expect(try await agreements.countersign(parties.tenant, offered.id, parties.cause).state == .inForce)
            await expectError(.notFound) { try await texts.withdraw(name, 3, parties.cause) }
            await expectError(.conflict, "a version that was withdrawn counts") {
                try await texts.add(.sample("clinics", 2), of: nil, parties.cause)
            }
        }
    }

    @Test func `the list goes page by page, by name and version, of all or of one tenant`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let texts = region.installation.agreementTexts
            for (name, version, whose) in [
                ("b", 1, nil), ("b", 2, nil), ("b", 10, nil), ("a", 1, parties.tenant), ("c", 1, parties.tenant),
            ] { _ = try await texts.add(.sample(name, version), of: whose, parties.cause) }
            var (found, page) = ([String](), PageRequest(limit: 2))
            repeat {
                let got = try await texts.list(AgreementTextFilter(), page)
                found += got.items.map { "\($0.name)/\($0.version)" }
                page.cursor = got.next
            } while page.cursor != nil
            #expect(found == ["a/1", "b/1", "b/2", "b/10", "c/1"])
            let own = try await texts.list(AgreementTextFilter(tenant: parties.tenant), PageRequest()).items
            #expect(own.map(\.name.rawValue) == ["a", "c"])
            let named = try await texts.list(AgreementTextFilter(name: AgreementTextName("b")), PageRequest()).items
            #expect(named.map(\.version) == [1, 2, 10])
        }
    }

    @Test func `a tenant whose contract is over gets none`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            _ = try await region.installation.tenants.terminate(parties.tenant, reason: "Ende", .system)
            let texts = region.installation.agreementTexts
            await expectError(.conflict) { try await texts.add(.sample(), of: parties.tenant, parties.cause) }
            await expectError(.notFound) { try await texts.add(.sample(), of: .generate(), parties.cause) }
        }
    }
}
