extension DocumentHTML {
    static func write(_ block: Block, in language: DocumentLanguage, to writer: inout HTMLWriter) {
        switch block {
        case .heading: break
        case .paragraph(let text): write(text, as: "p", [:], to: &writer)
        case .note(let text): write(text, as: "p", ["class": "note"], to: &writer)
        case .clause(let number, let depth, let text):
            writer.element("p", ["class": "clause depth-\(max(depth, 0))"]) { writer in
                writer.element("span", ["class": "number"]) { $0.text(number) }
                writer.text(" ")
                write(text, to: &writer)
            }
            writer.raw("\n")
        case .list(let items):
            writer.element("ul", breaks: true) { writer in
                for item in items { write(item, as: "li", [:], to: &writer) }
            }
        case .table(let table): write(table, to: &writer)
        case .definitions(let definitions):
            writer.element("dl", breaks: true) { writer in
                for definition in definitions {
                    writer.line("dt", definition.label)
                    write(definition.value, as: "dd", [:], to: &writer)
                }
            }
        case .signatures(let signatures):
            writer.element("div", ["class": "signatures"], breaks: true) { writer in
                for signature in signatures { write(signature, in: language, to: &writer) }
            }
        case .pageBreak: writer.void("hr", ["class": "page-break"])
        }
    }

    private static func write(_ table: Table, to writer: inout HTMLWriter) {
        writer.element("table", breaks: true) { writer in
            writer.element("thead", breaks: true) { writer in
                writer.element("tr", breaks: true) { writer in
                    for column in table.columns { writer.line("th", ["scope": "col"], column.title) }
                }
            }
            writer.element("tbody", breaks: true) { writer in
                for row in table.rows {
                    writer.element("tr", breaks: true) { writer in
                        for (index, cell) in table.cells(row).enumerated() {
                            // The first cell says what its row is about.
                            let isFirst = index == 0
                            write(cell, as: isFirst ? "th" : "td", isFirst ? ["scope": "row"] : [:], to: &writer)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ signature: Signature, in language: DocumentLanguage, to writer: inout HTMLWriter) {
        writer.element("section", ["class": "signature"], breaks: true) { writer in
            writer.line("p", ["class": "party"], signature.party)
            writer.line("p", ["class": "organisation"], signature.organisation)
            if !signature.signatory.isEmpty { writer.line("p", ["class": "signatory"], signature.signatory) }
            switch signature.form {
            case .lines:
                writer.line("p", ["class": "signature-line"], language.placeAndDate)
                writer.line("p", ["class": "signature-line"], language.signature)
            case .note(let note): writer.line("p", ["class": "acceptance"], note)
            }
        }
    }

    private static func write(
        _ text: RichText, as name: String, _ attributes: [String: String], to writer: inout HTMLWriter
    ) {
        writer.element(name, attributes) { write(text, to: &$0) }
        writer.raw("\n")
    }

    private static func write(_ text: RichText, to writer: inout HTMLWriter) {
        for inline in text.inlines {
            switch inline {
            case .text(let string): writer.text(string)
            case .strong(let string): writer.element("strong") { $0.text(string) }
            case .emphasis(let string): writer.element("em") { $0.text(string) }
            case .code(let string): writer.element("code") { $0.text(string) }
            }
        }
    }
}
