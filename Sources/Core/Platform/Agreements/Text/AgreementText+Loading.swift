internal import Documents

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension AgreementText {
    /// Reads a text and checks all of it: keys, numbers, references, variables, and that each letter of Art. 28(3) GDPR has
    /// a paragraph.
    /// - Parameter file: Its name, for errors.
    /// - Throws: `PlatformError` that names file, key and line, and says what is wrong.
    public static func load(_ bytes: [UInt8], file: String) throws -> AgreementText {
        let root = try YAMLReader(
            file: file, bytes: bytes,
            keys: ["id", "version", "language", "title", "subtitle", "preamble", "clauses", "annexes", "signatures"])
        guard let language = DocumentLanguage(rawValue: try root.text("language")) else {
            throw root.error(
                "language", "give one of \(DocumentLanguage.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let signatures = try root.mapping("signatures", keys: ["controller", "processor"])
        let text = AgreementText(
            id: try root.text("id"), version: try root.text("version"), language: language,
            title: try root.text("title"), subtitle: try root.optionalText("subtitle"),
            preamble: try root.patterns("preamble"),
            clauses: try root.list("clauses", keys: ["number", "id", "title", "paragraphs"]).map(clause),
            annexes: try root.list(
                "annexes", keys: ["number", "id", "title", "label", "introduction", "texts"]
            ).map(annex), controllerSignature: try signatures.text("controller"),
            processorSignature: try signatures.text("processor"))
        try text.check(root)
        return text
    }

    private static func clause(_ reader: YAMLReader) throws -> Clause {
        Clause(
            number: try reader.text("number"), id: try reader.text("id"), title: try reader.text("title"),
            paragraphs: try reader.list("paragraphs", keys: ["number", "article", "text", "points"]).map { reader in
                Paragraph(
                    number: try reader.text("number"), articles: try articles(reader),
                    text: try reader.pattern("text"),
                    points: try reader.list("points", keys: ["number", "text"], isRequired: false).map { reader in
                        Point(number: try reader.text("number"), text: try reader.pattern("text"))
                    })
            })
    }

    private static func articles(_ reader: YAMLReader) throws -> [String] {
        let articles = try reader.texts("article")
        for article in articles where article.wholeMatch(of: /[1-9][0-9]?(\([1-9]\))?(\([a-z]\))?/) == nil {
            throw reader.error("article", "\"\(article)\" is no provision of the GDPR; write it as 28(3)(a)")
        }
        return articles
    }

    private static func annex(_ reader: YAMLReader) throws -> Annex {
        guard let annex = AgreementAnnex(rawValue: try reader.text("id")) else {
            let known = AgreementAnnex.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.error("id", "is not a known annex; there are \(known)")
        }
        let texts = try reader.mapping("texts", keys: Set(annex.slots.map(\.rawValue)))
        var slots: [AgreementSlot: AgreementPattern] = [:]
        for slot in annex.slots {
            let pattern = try texts.pattern(slot.rawValue)
            guard Set(pattern.variables) == slot.variables else {
                let wanted = slot.variables.sorted().map { "{{\($0)}}" }.joined(separator: ", ")
                throw texts.error(
                    slot.rawValue, "must name \(wanted.isEmpty ? "no variable" : "\(wanted) and no other")")
            }
            slots[slot] = pattern
        }
        return Annex(
            annex: annex, number: try reader.text("number"), label: try reader.text("label"),
            title: try reader.text("title"), introduction: try reader.pattern("introduction"), slots: slots)
    }

    private func check(_ root: YAMLReader) throws {
        guard annexes.map(\.annex) == AgreementAnnex.allCases else {
            let order = AgreementAnnex.allCases.map(\.rawValue).joined(separator: ", ")
            throw root.error("annexes", "there must be each of these once, in this order: \(order)")
        }
        var names: Set<String> = []
        for (index, clause) in clauses.enumerated() {
            let key = "clauses[\(index)]"
            guard clause.id.wholeMatch(of: /[a-z_]+/) != nil else {
                throw root.error("\(key).id", "use lower-case letters and \"_\"")
            }
            for (part, name) in [("id", "id \(clause.id)"), ("number", "number \(clause.number)")] {
                guard names.insert(name).inserted else { throw root.error("\(key).\(part)", "\(name) is there twice") }
            }
            for (index, paragraph) in clause.paragraphs.enumerated() {
                guard names.insert("number \(paragraph.number)").inserted else {
                    throw root.error("\(key).paragraphs[\(index)].number", "\(paragraph.number) is there twice")
                }
            }
        }
        let references = references
        for (key, pattern) in patterns {
            for name in pattern.variables where AgreementVariable(rawValue: name) == nil && references[name] == nil {
                throw root.error(key, "{{\(name)}} is not a known variable, nor a clause or annex of this text")
            }
        }
        let lacking = Self.requiredArticles.filter { !articles.contains($0) }
        guard lacking.isEmpty else {
            throw root.error(
                "clauses", "no paragraph has `article:` \(lacking.joined(separator: ", ")), which the GDPR requires")
        }
    }
}
