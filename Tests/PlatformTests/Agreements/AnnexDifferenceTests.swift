import PluginKit
import Testing

@testable import Platform

@Suite struct AnnexDifferenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// `subject kind`, with `!` for what may be objected to.
        let expected: [String]
        let change: @Sendable (inout AgreementFacts) -> Void

        init(_ name: String, _ expected: [String], _ change: @escaping @Sendable (inout AgreementFacts) -> Void) {
            testDescription = name
            self.expected = expected
            self.change = change
        }
    }

    static let other = BilingualText(german: "Anderes", english: "Something else")
    static let flow = DataFlow(
        id: "archive", recipient: "Archiv AG", countries: ["CH"], dataCategories: ["message content"],
        purpose: "Archiving", legalBasis: "Art. 6(1)(c) GDPR", transferMechanism: "Adequacy decision 2000/518/EC",
        retention: "10 years")

    static let cases: [Case] = [
        Case("nothing", []) { _ in },
        Case("reference, date and terms are no annex", []) {
            $0.reference = "x"
            $0.date = "2027-01-01"
            $0.terms.objectionDays = 14
        },
        Case("a party's address", ["party altered"]) { $0.controller.address = "Neue Straße 1" },
        Case("a data-protection officer", ["party altered"]) { $0.controller.dataProtectionOfficer = "Jo Doe" },
        Case("a purpose more", ["purpose added"]) { $0.processing.purposes.append(other) },
        Case("a purpose less", ["purpose removed"]) { $0.processing.purposes.removeLast() },
        Case("another order says the same", []) { $0.processing.purposes.reverse() },
        Case("another category of data", ["data_category added", "data_category removed"]) {
            $0.processing.dataCategories[0] = other
        },
        Case("people more", ["person_category added"]) { $0.processing.personCategories.append(other) },
        Case("health data no more", ["special_category altered", "special_category removed"]) {
            $0.processing.coversSpecialCategories = false
            $0.processing.specialCategories = []
        },
        Case("a storage period", ["retention altered"]) { $0.processing.retention[0].period = other },
        Case("a storage period more", ["retention added"]) {
            $0.processing.retention.append(.init(what: other, period: other))
        },
        Case("a measure less", ["measure removed"]) { $0.measures.removeLast() },
        Case("a measure described otherwise", ["measure altered"]) { $0.measures[0].text = other },
        Case("the place of storage", ["region altered !"]) { $0.region.place = "Berlin" },
        Case("the country of storage", ["region altered !"]) { $0.region.country = "FR" },
        Case("the operator", ["region altered !"]) { $0.region.operator = "Andere Wolke AG" },
        Case("the operator is sold", ["region altered !", "region altered !"]) {
            $0.region.operatorParent = "Maple Ltd."
            $0.region.operatorParentCountry = "CA"
        },
        Case("the operator engages somebody", ["region_sub_processor added !"]) {
            $0.region.subProcessors.append("X AG")
        },
        Case("the operator will engage somebody", ["region_sub_processor added !"]) {
            $0.region.subProcessors.append("X AG")
            $0.region.subProcessorsFrom = ["X AG": "2027-03-01"]
        },
        Case("another day is named", []) {
            $0.region.subProcessorsFrom = [$0.region.subProcessors[0]: "2027-03-01"]
        },
        Case("the operator engages somebody no more", ["region_sub_processor removed"]) {
            $0.region.subProcessors = []
        },
        Case("a new recipient", ["recipient added !"]) {
            $0.recipients.append(AgreementRecipient(plugin: "archive", flow))
        },
        Case("the same flow of another plugin is another recipient", ["recipient added !", "recipient removed"]) {
            $0.recipients[0].plugin = "other"
        },
        Case("a recipient less", ["recipient removed"]) { $0.recipients = [] },
        Case("a recipient under another name", ["recipient altered !"]) { $0.recipients[0].name = other },
        Case("a recipient in another country", ["recipient_country added !", "recipient_country removed"]) {
            $0.recipients[0].countries = ["IE", "GB"]
        },
        Case("a recipient in one country less", ["recipient_country removed"]) { $0.recipients[0].countries = ["IE"] },
        Case("more data for a recipient", ["recipient_data added !"]) { $0.recipients[0].dataCategories.append(other) },
        Case("another purpose", ["recipient_purpose altered !"]) { $0.recipients[0].purpose = other },
        Case("another legal basis", ["recipient_purpose altered !"]) { $0.recipients[0].legalBasis = other },
        Case("another mechanism", ["transfer_mechanism altered !"]) { $0.recipients[0].transferMechanism = other },
        Case("no mechanism", ["transfer_mechanism altered !"]) { $0.recipients[0].transferMechanism = nil },
        Case("another retention", ["recipient_retention altered !"]) { $0.recipients[0].retention = other },
    ]

    @Test(arguments: cases)
    func `changes are found and weighed`(_ test: Case) {
        var new = AgreementFacts.sample
        test.change(&new)
        let changes = AnnexDifference.between(.sample, new)
        let found = changes.map { "\($0.subject.rawValue) \($0.kind.rawValue)\($0.mayObject ? " !" : "")" }
        #expect(found == test.expected)
        for change in changes {
            #expect(change.sentence.german.hasSuffix(".") && change.sentence.english.hasSuffix("."))
            #expect(change.sentence.german != change.sentence.english)
        }
    }

    @Test func `each subject is in its annex`() {
        for test in Self.cases {
            var new = AgreementFacts.sample
            test.change(&new)
            for change in AnnexDifference.between(.sample, new) {
                let number =
                    switch change.subject {
                    case .party: 1
                    case .purpose, .dataCategory, .personCategory, .specialCategory, .retention: 2
                    case .measure: 3
                    default: 4
                    }
                #expect(change.annex.number == number)
            }
        }
    }

    @Test func `sentences say what was and what will be`() {
        var new = AgreementFacts.sample
        new.region.country = "FR"
        #expect(
            AnnexDifference.between(.sample, new).map(\.sentence) == [
                BilingualText(
                    german: "Land der Speicherung: bisher Deutschland (DE), künftig Frankreich (FR).",
                    english: "Country of storage: so far Germany (DE), from now on France (FR).")
            ])
        new = .sample
        new.recipients.append(AgreementRecipient(plugin: "archive", Self.flow))
        #expect(
            AnnexDifference.between(.sample, new).map(\.sentence) == [
                BilingualText(
                    german: "Neuer Empfänger: Archiv AG, Schweiz (CH). Archiving.",
                    english: "New recipient: Archiv AG, Switzerland (CH). Archiving.")
            ])
    }
}
