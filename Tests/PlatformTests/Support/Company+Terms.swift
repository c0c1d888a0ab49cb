import Foundation
import PluginKit

@testable import Platform

extension ConsentProfile {
    static let sample = ConsentProfile(
        controller: "Praxis am Park", imprintURL: "https://praxis.example/impressum",
        notice: .init(
            version: "2026-03",
            texts: [
                "de": .init(url: "https://praxis.example/datenschutz", hash: String(repeating: "ab", count: 32)),
                "en": .init(url: "https://praxis.example/privacy"),
            ]))
}

extension PurposeDefinition {
    static func sample(_ title: String = "Termine", languages: [String] = ["de"]) -> PurposeDefinition {
        PurposeDefinition(
            legalBasis: "Art. 6(1)(a) GDPR", isSpecialCategory: false, validityDays: 730,
            texts: Dictionary(
                uniqueKeysWithValues: languages.map { ($0, .init(title: title, text: "Ich möchte \(title).")) }))
    }
}

extension Company {
    var terms: ConsentTermsService { region.installation.consentTerms }
    var sources: ConsentSourceService { region.installation.consentSources }

    /// Terms with one purpose, `service`.
    func setTerms() async throws {
        _ = try await terms.set(.sample, of: id, .any, .system)
        _ = try await terms.set(.sample(), for: "service", of: id, .any, .system)
    }

    static let configuration: JSON = ["purposes": ["service"], "greeting": ["de": "Guten Tag"]]

    /// A set-up that is active, with terms when there are none.
    @discardableResult
    func setUp(
        _ plugin: String = Asker.name, _ configuration: JSON = Self.configuration, origins: [String] = [],
        isActive: Bool = true
    ) async throws -> ConsentSourceView {
        if try await terms.profile(id) == nil { try await setTerms() }
        return try await sources.create(
            NewConsentSource(
                plugin: plugin, channel: channel.id, name: "Website", origins: origins, configuration: configuration,
                isActive: isActive), of: id, .system)
    }

    static func agreed(_ purposes: [String] = ["service"], at time: Date = Date(timeIntervalSinceNow: -60))
        -> [ConsentEventDraft]
    {
        purposes.map {
            ConsentEventDraft(
                kind: .granted, purpose: $0, occurredAt: time, expiresAt: time.addingTimeInterval(86_400 * 730),
                evidence: ["act": "box ticked", "text": "Ich möchte Termine."])
        }
    }

    /// What somebody agreed to on a page.
    @discardableResult
    func keepCode(
        from source: ConsentSourceView, _ agreed: [ConsentEventDraft] = Self.agreed(), hours: Double = 48
    ) async throws -> EntryCode {
        let keys = try await keys
        return try await region.shard.app.transaction(settings: asTenant(id)) { tx in
            guard let placed = try await SourceSetups.find(id, source.source.id, tx) else {
                throw PlatformError.notFound("source")
            }
            return try await EntryCodes.keep(
                agreed, from: placed, entry: "widget", languages: ["de-AT", "en"],
                until: Date(timeIntervalSinceNow: hours * 3600), keys, tx)
        }
    }
}
