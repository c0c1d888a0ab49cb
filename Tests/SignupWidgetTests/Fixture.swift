import Foundation
import PluginKit

@testable import SignupWidget

/// A practice that asks for three things in two languages, and a platform that only writes down what it was asked.
enum Fixture {
    static let now = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z
    static let origin = "https://praxis.example"

    static let terms = ConsentTerms(
        controller: "Praxis Dr. Sommer", imprintURL: "https://praxis.example/impressum",
        notice: .init(
            version: "2026-03",
            texts: [
                "de": .init(url: "https://praxis.example/datenschutz", hash: String(repeating: "ab", count: 32)),
                "en": .init(url: "https://praxis.example/privacy"),
            ]),
        purposes: [
            purpose("service", 3, "Termine", "Die Praxis darf mir zu Terminen schreiben."),
            purpose("marketing", 1, "Angebote", "Die Praxis darf mir Angebote senden.", validity: 365),
            purpose("health", 2, "Befunde", "Die Praxis darf mir zu Befunden schreiben.", isSpecial: true),
        ],
        minimumAge: 16)

    static func purpose(
        _ name: String, _ version: Int, _ title: String, _ text: String, isSpecial: Bool = false, validity: Int? = nil
    ) -> ConsentTerms.Purpose {
        .init(
            name: name, version: version, legalBasis: isSpecial ? "Art. 9(2)(a) GDPR" : "Art. 6(1)(a) GDPR",
            isSpecialCategory: isSpecial, validity: validity,
            texts: ["de": .init(title: title, text: text), "en": .init(title: "\(name) title", text: "\(name) text.")])
    }

    static func setup(
        _ configuration: JSON = ["needed": ["service"]], terms: ConsentTerms = terms, version: Int = 4
    ) -> SourceSetup {
        SourceSetup(
            id: "src_1", version: version, configuration: configuration, terms: terms,
            channelAddress: "+49 30 901820")
    }

    static func dialog(_ setup: SourceSetup = setup(), _ wanted: String...) -> ShownDialog? {
        ShownDialog(setup, wanted: wanted.isEmpty ? ["de"] : wanted)
    }

    /// What the script sends after service and age were ticked.
    static func ticked(_ change: JSON = [:], in setup: SourceSetup = setup()) -> JSON {
        var body = JSONObject([
            ("purposes", ["service"]), ("age", true), ("language", "de"), ("qr", false),
            ("shown", dialog(setup)?.shown ?? .null), ("page", "https://praxis.example/termine"),
        ])
        for (name, value) in change.object?.members ?? [] { body[name] = value.isNull ? JSON?.none : value }
        return .object(body)
    }

    static func request(_ body: JSON, origin: String? = origin) -> PublicRequest {
        PublicRequest(
            method: .post, path: ["agree"], origin: origin, body: body.encoded(), receivedAt: now,
            base: "https://provider.example/s/src_1")
    }

    static func get(_ path: [String] = ["config"], lang: String?, languages: [String] = []) -> PublicRequest {
        PublicRequest(
            method: .get, path: path, query: lang.map { ["lang": $0] } ?? [:], languages: languages, receivedAt: now,
            base: "https://provider.example/s/src_1")
    }
}

/// Stands for the platform.
actor RecordingHost: ConsentSourceHost {
    private(set) var kept: [[ConsentEventDraft]] = []
    private let number: String?

    init(number: String? = "4930901820") { self.number = number }

    func keep(_ agreed: [ConsentEventDraft]) async throws -> EntryCode {
        kept.append(agreed)
        return EntryCode(code: "7K3F9-Q2MXA", expiresAt: Fixture.now.addingTimeInterval(48 * 3600))
    }

    nonisolated func chatLink(text: String) -> String? {
        number.map { "https://wa.me/\($0)?text=\(text.replacing(" ", with: "%20"))" }
    }

    nonisolated func qrCode(_ text: String) throws -> String { "<svg>\(text)</svg>" }
}

extension PublicAnswer {
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
}
