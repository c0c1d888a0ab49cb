public import Documents

/// Makes an agreement out of its wording and the facts: a pure rule.
public enum AgreementDocument {
    /// How the parties sign: by hand, unless it is known how they did.
    public struct Signing: Sendable, Hashable {
        public var controller: Signature.Form
        public var provider: Signature.Form

        public init(controller: Signature.Form = .lines, provider: Signature.Form = .lines) {
            self.controller = controller
            self.provider = provider
        }
    }

    /// - Throws: `PlatformError` that names what is missing or wrong in the facts: nothing is left blank.
    public static func make(text: AgreementText, facts: AgreementFacts, signing: Signing = Signing()) throws -> Document
    {
        try facts.requireComplete()
        guard let day = CalendarDay(facts.date) else {
            throw PlatformError.invalid("date", "give a date as YYYY-MM-DD")
        }
        let writer = AgreementWriter(text: text, facts: facts, day: day)
        var blocks = try writer.preamble()
        for clause in text.clauses { blocks += try writer.blocks(clause) }
        blocks.append(.signatures(writer.signatures(signing)))
        for annex in text.annexes { blocks += try writer.blocks(annex) }
        return Document(
            title: text.title, subtitle: text.subtitle, language: text.language, reference: facts.reference,
            author: facts.provider.name, created: day.midnight, blocks: blocks)
    }
}

/// Fills the patterns of one text from the facts.
struct AgreementWriter {
    let text: AgreementText
    let facts: AgreementFacts
    let values: [String: String]

    var language: DocumentLanguage { text.language }

    init(text: AgreementText, facts: AgreementFacts, day: CalendarDay) {
        self.text = text
        self.facts = facts
        var values = text.references
        for variable in AgreementVariable.allCases {
            values[variable.rawValue] =
                switch variable {
                case .reference: facts.reference
                case .date: day.written(text.language)
                case .provider: facts.provider.name
                case .controller: facts.controller.name
                case .objectionDays: String(facts.terms.objectionDays)
                case .breachHours: String(facts.terms.breachHours)
                case .returnDays: String(facts.terms.returnDays)
                case .governingLaw: facts.terms.governingLaw[text.language]
                case .venue: facts.terms.venue[text.language]
                }
        }
        self.values = values
    }

    func preamble() throws -> [Block] {
        try text.preamble.map { .paragraph(try $0.filled(values)) }
    }

    func blocks(_ clause: AgreementText.Clause) throws -> [Block] {
        var blocks: [Block] = [.heading(level: 1, number: clause.number, text: clause.title)]
        for paragraph in clause.paragraphs {
            blocks.append(.clause(number: paragraph.number, depth: 0, text: try paragraph.text.filled(values)))
            for point in paragraph.points {
                blocks.append(.clause(number: point.number, depth: 1, text: try point.text.filled(values)))
            }
        }
        return blocks
    }

    func signatures(_ signing: AgreementDocument.Signing) -> [Signature] {
        [
            (text.controllerSignature, facts.controller, signing.controller),
            (text.processorSignature, facts.provider, signing.provider),
        ].map { label, party, form in
            Signature(
                party: label, organisation: party.name, name: party.representative,
                role: party.representativeRole ?? "", form: form)
        }
    }

    func blocks(_ annex: AgreementText.Annex) throws -> [Block] {
        var blocks: [Block] = [
            .pageBreak, .heading(level: 1, number: annex.label, text: annex.title),
            .paragraph(try annex.introduction.filled(values)),
        ]
        let words = AnnexWords(annex: annex)
        switch annex.annex {
        case .parties: blocks += try parties(words)
        case .description: blocks += try description(words)
        case .measures: blocks += try measures(words)
        case .subProcessors: blocks += try subProcessors(words)
        }
        return blocks
    }
}

/// An annex's headings, labels and sentences.
struct AnnexWords {
    let annex: AgreementText.Annex

    func rich(_ slot: AgreementSlot, _ values: [String: String] = [:]) throws -> RichText {
        guard let pattern = annex.slots[slot] else {
            throw PlatformError.invalid("annexes.\(annex.annex.rawValue).\(slot.rawValue)", "is missing")
        }
        return try pattern.filled(values)
    }

    func callAsFunction(_ slot: AgreementSlot, _ values: [String: String] = [:]) throws -> String {
        try rich(slot, values).plain
    }
}
