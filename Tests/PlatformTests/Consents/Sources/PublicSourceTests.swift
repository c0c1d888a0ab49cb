import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Platform

@Suite("Set-ups as people outside reach them")
struct PublicSourceTests {
    private func service(_ region: Region) -> PublicSourceService { region.installation.publicSources }

    private func open(_ company: Company, _ source: ConsentSourceView) async throws -> PublicSource {
        try #require(try await service(company.region).find(source.source.id))
    }

    @Test func `a set-up of pages is found by its id alone, one of the chat is not`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let page = try await company.setUp(SignPost.name, origins: ["https://praxis.example:443"])
            let found = try await open(company, page)
            #expect(found.isOpen && found.source.origins == ["https://praxis.example"])
            #expect(found.setup.terms.purposes.map(\.name) == ["service"])
            let chat = try await company.setUp()
            #expect(try await service(region).find(chat.source.id) == nil)
            #expect(try await service(region).find(.generate()) == nil)
        }
    }

    @Test func `one that is paused, and one whose tenant may not process, is not open`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp(SignPost.name)
            _ = try await company.sources.set(.paused, of: source.source.id, of: company.id, .any, .system)
            #expect(try await !open(company, source).isOpen)
            _ = try await company.sources.set(.active, of: source.source.id, of: company.id, .any, .system)
            #expect(try await open(company, source).isOpen)
            _ = try await region.installation.tenants.change(
                company.id, TenantChange(state: .suspended, reason: "Zahlung"), .system)
            let suspended = try await open(company, source)
            #expect(!suspended.isOpen)
            await #expect(throws: PlatformError.self) {
                _ = try await service(region).keep(Company.agreed(), from: suspended, languages: [])
            }
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 0)
        }
    }

    @Test func `what was agreed is kept with set-up, version and the purpose's end, whatever the plugin says`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await open(company, try await company.setUp(SignPost.name))
            var draft = Company.agreed()[0]
            draft.expiresAt = Date(timeIntervalSinceNow: 86_400 * 9_999)
            draft.evidence = ["act": "box_ticked", "source": "somebody@9", "setup": "none"]
            let code = try await service(region).keep([draft], from: source, languages: ["de"]).code.revealed
            let keys = try await company.keys
            let redeemed = try await region.shard.worker.transaction(settings: asTenant(company.id)) { tx in
                try await EntryCodes.redeem(
                    in: code, channel: company.channel.id, by: .generate(), at: Date(), keys, tx)
            }
            let agreed = try #require(redeemed?.agreed.first)
            #expect(agreed.evidence["source"]?.string == "sign-post@1.0.0")
            #expect(agreed.evidence["setup"]?["id"]?.string == source.setup.id)
            #expect(agreed.evidence["setup"]?["version"]?.int == 1)
            #expect(agreed.evidence["text_version"]?.string == "service@1")
            let end = try #require(agreed.expiresAt)
            #expect(abs(end.timeIntervalSince(draft.occurredAt) - 730 * 86_400) < 1)
        }
    }

    @Test func `nothing is kept for a purpose that is not asked for`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await open(company, try await company.setUp(SignPost.name))
            await #expect(throws: PlatformError.self) {
                _ = try await service(region).keep(
                    Company.agreed(["service", "marketing"]), from: source, languages: [])
            }
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 0)
        }
    }

    // MARK: - What pages carry

    @Test func `a page's state opens for its set-up in its version and in its time, unaltered, and nowhere else`()
        async throws
    {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            let source = try await open(company, try await company.setUp(SignPost.name))
            let (sibling, foreign) = (
                try await open(company, try await company.setUp(SignPost.name)),
                try await open(other, try await other.setUp(SignPost.name))
            )
            let (service, now) = (service(region), Date())
            let state: JSON = ["step": "age", "agreed": [["purpose": "service"]]]
            let sealed = try await service.seal(state, for: source, until: now.addingTimeInterval(60))
            #expect(sealed.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
            #expect(!sealed.contains("service"))
            #expect(try await service.open(sealed, for: source, at: now) == state)
            for place in [sibling, foreign] { #expect(try await service.open(sealed, for: place, at: now) == nil) }
            #expect(try await service.open(sealed, for: source, at: now.addingTimeInterval(61)) == nil)
            for index in [0, 1, 20, sealed.count / 2, sealed.count - 1] {
                var altered = Array(sealed)
                altered[index] = altered[index] == "A" ? "B" : "A"
                #expect(try await service.open(String(altered), for: source, at: now) == nil)
            }
            for text in [
                "", "x", "====", sealed + "A", sealed + "=", "+/", String(repeating: "A", count: 200_000), "ä",
            ] {
                #expect(try await service.open(text, for: source, at: now) == nil)
            }
            // What was shown belongs to a version.
            _ = try await company.terms.set(.sample("Angebote"), for: "service", of: company.id, .any, .system)
            let later = try #require(try await service.find(source.source.id))
            #expect(later.setup.version == 2)
            #expect(try await service.open(sealed, for: later, at: now) == nil)
        }
    }

    @Test func `a state that is too large is refused, not cut off`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await open(company, try await company.setUp(SignPost.name))
            let large: JSON = ["said": .string(String(repeating: "a", count: PublicSourceService.stateLimit))]
            await #expect(throws: PlatformError.self) {
                _ = try await service(region).seal(large, for: source, until: Date(timeIntervalSinceNow: 60))
            }
        }
    }
}
