import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// The gate's rules about what a consent stands on, and the check of many people, with everything that brings the answers.
@Suite struct GateRulesTests {
    private let person = Person(1)

    /// A consent with evidence of one's own.
    private func declare(_ company: Company, for purpose: String = "service", _ evidence: JSON) async throws {
        let body: JSON = [
            "purpose": .string(purpose), "state": "granted", "occurred_at": .string(Date().rfc3339),
            "evidence": evidence,
        ]
        _ = try await company.region.installation.consents.declare(
            company.caller, source: "declared", person: person.byPhone, channel: company.channel.id, body: body)
    }

    @Test func `a consent that nobody can prove counts as the tenant's terms say`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.receive(company.channel.message("m", from: [person.phone]))
            for purpose in ["service", "news"] {
                try await declare(company, for: purpose, ["method": "import", "text": "Ja."])
            }
            await expectRefusal(.consentUnproven) { try await company.send("x", to: person.byPhone) }
            var profile = ConsentProfile.sample
            profile.rules.unproven = .serviceOnly
            _ = try await company.terms.set(profile, of: company.id, .any, .system)
            try await company.send("x", to: person.byPhone)
            await expectRefusal(.consentUnproven) { try await company.send("x", to: person.byPhone, for: "news") }
            profile.rules.unproven = .allow
            _ = try await company.terms.set(profile, of: company.id, .any, .system)
            try await company.send("x", to: person.byPhone, for: "news")
            profile.rules.unproven = .refuse
            _ = try await company.terms.set(profile, of: company.id, .any, .system)
            // Queued under the milder terms, and stopped by the stricter ones.
            try await Hand(in: region).work()
            #expect(region.messenger.texts == [])
            try await declare(company, ["method": "import", "text": "Ja.", "reference": "CRM 4711"])
            try await company.send("Hallo", to: person.byPhone)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["Hallo"])
        }
    }

    @Test func `where the terms ask for an age, a consent without it does not count`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            try await company.send("x", to: person.byPhone)
            var profile = ConsentProfile.sample
            profile.rules.minimumAge = 16
            _ = try await company.terms.set(profile, of: company.id, .any, .system)
            await expectRefusal(.ageNotConfirmed) { try await company.send("x", to: person.byPhone) }
            try await declare(company, ["method": "in_person", "text": "Ja.", "age_confirmed": 15])
            await expectRefusal(.ageNotConfirmed) { try await company.send("x", to: person.byPhone) }
            try await declare(company, ["method": "in_person", "text": "Ja.", "age_confirmed": 16])
            try await company.send("x", to: person.byPhone)
        }
    }

    @Test func `a purpose of special categories needs an express consent for just this purpose, and leaves traces`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            var results = PurposeDefinition.sample("Befunde")
            results.isSpecialCategory = true
            _ = try await company.terms.set(.sample, of: company.id, .any, .system)
            _ = try await company.terms.set(.sample(), for: "service", of: company.id, .any, .system)
            _ = try await company.terms.set(results, for: "results", of: company.id, .any, .system)
            try await company.befriend(person)
            try await declare(company, for: "results", ["method": "in_person", "text": "Ja.", "explicit": true])
            await expectRefusal(.specialCategoryNotCovered) {
                try await company.send("Befund", to: person.byPhone, for: "results")
            }
            _ = try await region.installation.tenants.recordAgreement(
                company.id,
                NewAgreement(
                    reference: "AVV 2", signedOn: "2026-02-28", documentSHA256: Array(0..<32),
                    coversSpecialCategory: true), .system)
            let sent = try await company.send("Befund", to: person.byPhone, for: "results")
            try await declare(company, for: "results", ["method": "in_person", "text": "Ja."])
            await expectRefusal(.specialCategoryConsentMissing) {
                try await company.send("Befund", to: person.byPhone, for: "results")
            }
            let ordinary = try await company.send("Hallo", to: person.byPhone)
            try await company.receive(company.channel.message("reply", from: [person.phone], "Danke"))

            func traces() async throws -> [String] {
                try await region.controlRows(
                    "SELECT entry FROM audit_entries WHERE action = 'special_category.read' ORDER BY sequence"
                ).map { try $0.decode("entry") }
            }
            #expect(try await company.message(ordinary).isSpecialCategory == false)
            #expect(try await traces().isEmpty)
            #expect(try await company.message(sent).isSpecialCategory)
            let first = try await traces()
            #expect(first.count == 1 && first[0].contains(sent.description) && !first[0].contains("Befund"))
            // What the person wrote before agreeing is not marked, what they write since is.
            let marked = try await company.messages().filter(\.isSpecialCategory)
            #expect(marked.map(\.direction) == [.outbound, .inbound])
            let both = try await traces()
            #expect(both.count == 2 && marked.allSatisfy { both[1].contains($0.id.description) })
            _ = try await region.installation.reading.providerID(of: sent, company.caller)
            #expect(try await traces().count == 2)
        }
    }

    @Test
    func `advertising goes for what the terms call advertising, and stopping it at the messenger stops all of it`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            _ = try await company.terms.set(.sample, of: company.id, .any, .system)
            var offers = PurposeDefinition.sample("Angebote")
            offers.isAdvertising = true
            _ = try await company.terms.set(offers, for: "offers", of: company.id, .any, .system)
            _ = try await company.terms.set(.sample(), for: "service", of: company.id, .any, .system)
            try await company.befriend(person)
            for purpose in ["service", "offers"] {
                try await declare(company, for: purpose, ["method": "in_person", "text": "Ja."])
            }
            func ask() async throws -> [String] {
                try await region.installation.gateChecks.check(
                    company.caller,
                    GateCheckRequest(
                        people: [person.byPhone], channel: nil, purposes: ["service", "offers"],
                        templateCategory: "marketing")
                ).map { answer in
                    guard case .refused(let refusal) = answer.decision else { return "allowed" }
                    return refusal.code.rawValue
                }
            }
            #expect(try await ask() == ["purpose_not_advertising", "allowed"])
            try await company.receive(
                company.channel.event(
                    .preference(
                        person: PersonReference(identities: [person.phone]), purpose: "marketing", stopped: true),
                    key: "stop", at: Date()))
            #expect(try await ask() == ["purpose_not_advertising", "consent_withdrawn"])
            try await company.send("Ihr Termin", to: person.byPhone)
        }
    }

    @Test func `a tenant declares consents for its own purposes, and for no longer than they hold`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await declare(company, for: "anything", ["method": "in_person", "text": "Ja."])
            _ = try await company.terms.set(.sample, of: company.id, .any, .system)
            var news = PurposeDefinition.sample("Neues")
            news.validityDays = 30
            _ = try await company.terms.set(news, for: "news", of: company.id, .any, .system)
            await expectError(.invalid, field: "purpose") {
                try await declare(company, for: "newz", ["method": "in_person", "text": "Ja."])
            }
            let now = Date()
            let receipt = try await company.declare(by: person.byPhone, for: "news", at: now)
            let end = try #require(receipt.standing.expiresAt)
            #expect(abs(end.timeIntervalSince(now) - 30 * 86_400) < 1)
            // A no is taken whatever it is about.
            try await company.declare("withdrawn", by: person.byPhone, for: "newz")
        }
    }

    @Test func `what everybody understands by a purpose's name, its terms must say`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            _ = try await company.terms.set(.sample, of: company.id, .any, .system)
            for (name, field) in [("health", "special_category"), ("marketing", "advertising")] {
                await expectError(.invalid, field: field) {
                    _ = try await company.terms.set(.sample(), for: name, of: company.id, .any, .system)
                }
            }
            var health = PurposeDefinition.sample("Befunde")
            health.isSpecialCategory = true
            let kept = try await company.terms.set(health, for: "health", of: company.id, .any, .system)
            #expect(kept.definition == health)
        }
    }

    // MARK: - Many at once

    @Test func `the gate answers for many people and purposes, sends nothing and makes no contact`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let gone = Person(2)
            try await company.befriend(person)
            try await company.befriend(gone)
            try await company.declare(by: person.byPhone, for: "marketing")
            try await company.declare("withdrawn", by: gone.byPhone, for: "all")
            let contact = try await company.declare(by: Person(3).byPhone).contact
            let before = try await company.contacts().count
            func ask(_ people: [RecipientReference], _ purposes: [String] = [], template: String? = nil) async throws
                -> [String]
            {
                try await region.installation.gateChecks.check(
                    company.caller,
                    GateCheckRequest(people: people, channel: nil, purposes: purposes, templateCategory: template)
                ).map { answer in
                    guard case .refused(let refusal) = answer.decision else {
                        return "\(answer.place) \(answer.purpose)"
                    }
                    return "\(answer.place) \(answer.purpose) \(refusal.code.rawValue)"
                }
            }
            let people = [person.byPhone, gone.byPhone, .contact(contact), Person(4).byPhone, .contact(.generate())]
            #expect(
                try await ask(people, ["service", "marketing"]) == [
                    "0 service", "0 marketing", "1 service consent_withdrawn", "1 marketing consent_missing",
                    "2 service service_window_closed", "2 marketing consent_missing", "3 service consent_missing",
                    "3 marketing consent_missing", "4 service consent_missing", "4 marketing consent_missing",
                ])
            #expect(
                try await ask(people, template: "marketing") == [
                    "0 marketing", "1 marketing consent_missing", "2 marketing consent_missing",
                    "3 marketing consent_missing", "4 marketing consent_missing",
                ])
            #expect(try await ask([.contact(contact)], template: "utility") == ["0 service"])
            #expect(try await ask((0..<1000).map { Person($0).byPhone }).count == 1000)
            #expect(try await company.contacts().count == before)
            #expect(try await region.number("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0)
            await expectError(.invalid, field: "people[1].phone") {
                try await ask([person.byPhone, .identity(kind: .phone, address: Personal("12"))])
            }
            await expectError(.invalid, field: "purposes[0]") { try await ask([person.byPhone], ["all"]) }
        }
    }
}
