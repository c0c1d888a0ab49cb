import Documents
import Testing

@testable import Platform

@Suite struct AgreementTextTests {
    @Test(arguments: DocumentLanguage.allCases)
    func `each letter of Article 28(3) has its place`(language: DocumentLanguage) throws {
        let text = try AgreementText.standard(language)
        #expect(text.language == language)
        for article in AgreementText.requiredArticles + ["28(2)", "28(3)", "28(4)", "28(9)", "33(2)"] {
            #expect(text.articles.contains(article), "\(article)")
        }
        #expect(text.variables == Set(AgreementVariable.allCases))
    }

    @Test func `both languages have the same structure`() throws {
        let (german, english) = (try AgreementText.standard(.german), try AgreementText.standard(.english))
        #expect(german.id == english.id && german.version == english.version)
        #expect(german.clauses.count == 24)
        #expect(Self.outline(german) == Self.outline(english))
    }

    @Test(arguments: DocumentLanguage.allCases)
    func `numbers follow one another`(language: DocumentLanguage) throws {
        for (c, clause) in try AgreementText.standard(language).clauses.enumerated() {
            #expect(clause.number == "\(c + 1)")
            for (p, paragraph) in clause.paragraphs.enumerated() {
                #expect(paragraph.number == "\(c + 1).\(p + 1)")
                let letters = paragraph.points.enumerated().map {
                    "(\(Character(UnicodeScalar(UInt8(97 + $0.offset)))))"
                }
                #expect(paragraph.points.map(\.number) == letters)
            }
        }
    }

    /// A line for each thing that both languages must have alike: number, id, provisions, variables.
    private static func outline(_ text: AgreementText) -> [String] {
        var lines = text.preamble.map { "preamble \($0.variables.sorted())" }
        for clause in text.clauses {
            lines.append("\(clause.number) \(clause.id)")
            for paragraph in clause.paragraphs {
                lines.append("\(paragraph.number) \(paragraph.articles) \(paragraph.text.variables.sorted())")
                lines += paragraph.points.map { "\(paragraph.number)\($0.number) \($0.text.variables.sorted())" }
            }
        }
        return lines + text.annexes.map { "\($0.number) \($0.annex.rawValue) \($0.introduction.variables)" }
    }
}
