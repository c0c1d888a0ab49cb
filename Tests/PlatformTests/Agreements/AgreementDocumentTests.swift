import Documents
import Foundation
import PluginKit
import Testing
import WhatsAppCloud

@testable import Platform

@Suite struct AgreementDocumentTests {
    static func document(_ language: DocumentLanguage, _ facts: AgreementFacts = .sample) throws -> Document {
        try AgreementDocument.make(text: AgreementText.standard(language), facts: facts)
    }

    @Test(arguments: DocumentLanguage.allCases)
    func `everything is filled, and every fact is there`(language: DocumentLanguage) throws {
        let facts = AgreementFacts.sample
        let html = DocumentHTML.render(try Self.document(language), as: .fragment)
        #expect(!html.contains("{{") && !html.contains("**"))
        let terms =
            language == .german ? ["30 Tage", "24 Stunden", "1. März 2026"] : ["30 days", "24 hours", "1 March 2026"]
        let region = [
            facts.region.id, facts.region.place, facts.region.operator, "Cloudworks, Inc.", "Rechenzentrum Mainufer AG",
        ]
        let texts =
            facts.processing.purposes + facts.processing.dataCategories + facts.processing.personCategories
            + facts.processing.specialCategories + facts.processing.retention.flatMap { [$0.what, $0.period] }
            + facts.measures.flatMap { [$0.title, $0.text] }
            + facts.recipients.flatMap { [$0.name, $0.purpose, $0.retention] + $0.dataCategories }
            + [facts.terms.governingLaw, facts.terms.venue]
        for part in terms + region + texts.map({ $0[language] }) + [facts.reference, facts.controller.name] {
            let escaped = part.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "'", with: "&#39;")
            #expect(html.contains(escaped), "\(part)")
        }
    }

    @Test(arguments: DocumentLanguage.allCases)
    func `the whole agreement is a PDF, its clauses in order`(language: DocumentLanguage) async throws {
        let document = try Self.document(language)
        let pdf = try await DocumentPDF.render(document)
        #expect(pdf.starts(with: Array("%PDF-1.5".utf8)))
        #expect(try await DocumentPDF.render(document) == pdf)
        let numbers = document.blocks.compactMap { block -> String? in
            if case .heading(1, let number?, _) = block { number } else { nil }
        }
        let annexes = ["I", "II", "III", "IV"].map { (language == .german ? "Anhang " : "Annex ") + $0 }
        #expect(numbers == (1...24).map(String.init) + annexes)
    }

    struct Gap: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (inout AgreementFacts) -> Void

        init(_ path: String, _ spoil: @escaping @Sendable (inout AgreementFacts) -> Void) {
            testDescription = path
            self.spoil = spoil
        }
    }

    static let gaps: [Gap] = [
        Gap("reference") { $0.reference = " " },
        Gap("date") { $0.date = "2026-02-30" },
        Gap("provider.name") { $0.provider.name = "" },
        Gap("controller.address") { $0.controller.address = "" },
        Gap("controller.representative") { $0.controller.representative = "" },
        Gap("provider.breach_contact") { $0.provider.breachContact = "\n" },
        Gap("processing.purposes") { $0.processing.purposes = [] },
        Gap("processing.purposes[0].en") { $0.processing.purposes[0].english = "" },
        Gap("processing.special_categories") { $0.processing.specialCategories = [] },
        Gap("processing.special_categories") { $0.processing.coversSpecialCategories = false },
        Gap("processing.retention") { $0.processing.retention = [] },
        Gap("region.country") { $0.region.country = "US" },
        Gap("region.operator_parent_country") { $0.region.operatorParentCountry = nil },
        Gap("recipients[0].transfer_mechanism") { $0.recipients[0].transferMechanism = nil },
        Gap("recipients[0].countries") { $0.recipients[0].countries = [] },
        Gap("measures") { $0.measures = [] },
        Gap("terms.objection_days") { $0.terms.objectionDays = 0 },
        Gap("terms.breach_hours") { $0.terms.breachHours = 73 },
        Gap("terms.venue.de") { $0.terms.venue.german = "" },
    ]

    @Test(arguments: gaps)
    func `a gap in the facts is named, and nothing is made`(_ gap: Gap) throws {
        var facts = AgreementFacts.sample
        gap.spoil(&facts)
        let error = try #require(throws: PlatformError.self) { try Self.document(.german, facts) }
        #expect(error.fields.map(\.path) == [gap.testDescription])
    }

    @Test func `a fact is never read for variables or emphasis`() throws {
        var facts = AgreementFacts.sample
        facts.controller.name = "**{{provider}}** & Sohn"
        let html = DocumentHTML.render(try Self.document(.german, facts), as: .fragment)
        #expect(html.contains("zwischen <strong>**{{provider}}** &amp; Sohn</strong>"))
    }

    @Test func `a provider that hosts itself is not its own sub-processor`() throws {
        var facts = AgreementFacts.sample
        facts.region.operator = facts.provider.name
        facts.region.operatorParent = nil
        facts.region.operatorParentCountry = nil
        facts.region.subProcessors = []
        facts.recipients = []
        let html = DocumentHTML.render(try Self.document(.english, facts), as: .fragment)
        #expect(html.contains("entrusted to no sub-processor and no other recipient"))
        #expect(!html.contains("Operation of the data centre"))
    }

    @Test func `from when on a sub-processor is engaged stands with its name`() throws {
        var facts = AgreementFacts.sample
        facts.region.subProcessorsFrom = [facts.region.subProcessors[0]: "2027-03-01"]
        let html = DocumentHTML.render(try Self.document(.german, facts), as: .fragment)
        #expect(html.contains("Rechenzentrum Mainufer AG (ab 2027-03-01)"))
    }

    @Test func `without special categories the annex says so`() throws {
        var facts = AgreementFacts.sample
        facts.processing.coversSpecialCategories = false
        facts.processing.specialCategories = []
        let html = DocumentHTML.render(try Self.document(.german, facts), as: .fragment)
        #expect(html.contains("Besondere Kategorien personenbezogener Daten werden nicht verarbeitet."))
        #expect(!html.contains("ausdrücklich und gesondert eingewilligt"))
    }

    @Test func `signatures show how each party accepted`() throws {
        let note = "Elektronisch angenommen von Björn Łukasiewicz am 2. März 2026, 10:15 Uhr."
        let document = try AgreementDocument.make(
            text: AgreementText.standard(.german), facts: .sample, signing: .init(controller: .note(note)))
        let signatures = document.blocks.compactMap { block -> [Signature]? in
            if case .signatures(let signatures) = block { signatures } else { nil }
        }.flatMap { $0 }
        #expect(signatures.map(\.form) == [.note(note), .lines])
    }

    @Test func `facts survive being stored`() throws {
        let data = try JSONEncoder().encode(AgreementFacts.sample)
        #expect(try JSONDecoder().decode(AgreementFacts.self, from: data) == .sample)
        #expect(String(decoding: data, as: UTF8.self).contains("\"operator_parent_country\":\"US\""))
    }

    @Test func `a flow's German words are taken, and its English ones where there are none`() {
        var flow = WhatsAppCloud().manifest.dataFlows[0]
        var recipient = AgreementRecipient(plugin: "whatsapp-cloud", flow)
        #expect(recipient.purpose.german == "Zustellung von Nachrichten an die Person und von ihr")
        #expect(recipient.dataCategories.map(\.english) == flow.dataCategories)
        flow.translations["de"] = DataFlow.Wording(dataCategories: ["nur eine"], retention: "ein Jahr")
        recipient = AgreementRecipient(plugin: "whatsapp-cloud", flow)
        #expect(recipient.purpose.german == flow.purpose && recipient.retention.german == "ein Jahr")
        #expect(recipient.dataCategories.map(\.german) == flow.dataCategories)
    }
}
