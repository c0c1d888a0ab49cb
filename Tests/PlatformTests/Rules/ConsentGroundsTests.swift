import PluginKit
import Testing

@testable import Platform

@Suite struct ConsentGroundsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var evidence: JSON
        var isWitnessed = false
        var expected: ConsentGrounds
    }

    static let rows = [
        Row(testDescription: "nothing", evidence: .null, expected: .init(proof: .asserted)),
        Row(
            testDescription: "an act without its text", evidence: ["method": "phone"],
            expected: .init(proof: .asserted)),
        Row(
            testDescription: "a text without an act", evidence: ["text": "Ja."], expected: .init(proof: .asserted)),
        Row(
            testDescription: "an empty text", evidence: ["method": "paper", "text": "  "],
            expected: .init(proof: .asserted)),
        Row(
            testDescription: "text and act", evidence: ["method": "paper", "text": "Ja."],
            expected: .init(proof: .documented)),
        Row(
            testDescription: "on a list", evidence: ["method": "import", "text": "Ja."],
            expected: .init(proof: .asserted)),
        Row(
            testDescription: "on a list that says where to look",
            evidence: ["method": "import", "text": "Ja.", "reference": "CRM 4711"],
            expected: .init(proof: .documented)),
        Row(
            testDescription: "seen by a source, expressly",
            evidence: ["act": "box_ticked", "explicit": true, "age_confirmed": .number("16")], isWitnessed: true,
            expected: .init(proof: .witnessed, isExplicit: true, age: 16)),
        Row(
            testDescription: "nonsense", evidence: ["explicit": "yes", "age_confirmed": .number("9999")],
            expected: .init(proof: .asserted)),
    ]

    @Test(arguments: rows) func `evidence is what it shows`(row: Row) {
        #expect(ConsentGrounds(evidence: row.evidence, isWitnessed: row.isWitnessed) == row.expected)
    }

    @Test func `a confirmation keeps what was shown before`() {
        let declared = ConsentGrounds(proof: .documented, isExplicit: true, age: 18)
        #expect(
            declared.confirmed(by: ConsentGrounds(proof: .witnessed))
                == .init(proof: .witnessed, isExplicit: true, age: 18))
        #expect(declared.confirmed(by: ConsentGrounds(proof: .asserted, age: 16)).age == 16)
    }
}
