public import Documents

/// The wording of an agreement in one language: clauses, and what the annexes are made with. A value that was checked as it
/// was read (`AgreementText.load`), so that a document made from it lacks nothing.
public struct AgreementText: Sendable, Hashable {
    /// Which text it is, in all its languages and versions, e.g. `standard`.
    public let id: String
    /// Changes with every change of the wording.
    public let version: String
    public let language: DocumentLanguage
    public let title: String
    public let subtitle: String?
    public let preamble: [AgreementPattern]
    public let clauses: [Clause]
    public let annexes: [Annex]
    /// Above the place where each party signs.
    public let controllerSignature: String
    public let processorSignature: String

    public struct Clause: Sendable, Hashable {
        public let number: String
        /// The same in all languages; what others refer to it by.
        public let id: String
        public let title: String
        public let paragraphs: [Paragraph]
    }

    public struct Paragraph: Sendable, Hashable {
        public let number: String
        /// The provisions of the GDPR that it fulfils, e.g. `28(3)(a)`.
        public let articles: [String]
        public let text: AgreementPattern
        public let points: [Point]
    }

    public struct Point: Sendable, Hashable {
        public let number: String
        public let text: AgreementPattern
    }

    public struct Annex: Sendable, Hashable {
        public let annex: AgreementAnnex
        /// As other places refer to it, e.g. `II`.
        public let number: String
        /// As its own heading names it, e.g. `Annex II`.
        public let label: String
        public let title: String
        public let introduction: AgreementPattern
        public let slots: [AgreementSlot: AgreementPattern]
    }

    /// The letters of Art. 28(3) GDPR, each of which an agreement must have a place for.
    public static let requiredArticles = "abcdefgh".map { "28(3)(\($0))" }

    /// Every provision that a paragraph fulfils.
    public var articles: Set<String> { Set(clauses.flatMap { $0.paragraphs.flatMap(\.articles) }) }

    /// What has to be known to fill it, without the references within the text.
    public var variables: Set<AgreementVariable> {
        Set(patterns.flatMap(\.pattern.variables).compactMap(AgreementVariable.init(rawValue:)))
    }

    /// All that is filled from the facts, with the key of each.
    var patterns: [(key: String, pattern: AgreementPattern)] {
        var all = preamble.enumerated().map { ("preamble[\($0)]", $1) }
        for (c, clause) in clauses.enumerated() {
            for (p, paragraph) in clause.paragraphs.enumerated() {
                all.append(("clauses[\(c)].paragraphs[\(p)].text", paragraph.text))
                for (q, point) in paragraph.points.enumerated() {
                    all.append(("clauses[\(c)].paragraphs[\(p)].points[\(q)].text", point.text))
                }
            }
        }
        for (a, annex) in annexes.enumerated() { all.append(("annexes[\(a)].introduction", annex.introduction)) }
        return all
    }

    /// `clause.{id}` and `annex.{id}` with their numbers.
    var references: [String: String] {
        var found: [String: String] = [:]
        for clause in clauses { found["clause.\(clause.id)"] = clause.number }
        for annex in annexes { found["annex.\(annex.annex.rawValue)"] = annex.number }
        return found
    }
}
