/// Turns a document's blocks into rows.
struct FlowBuilder {
    let session: PangoSession
    let language: DocumentLanguage
    var rows: [FlowRow] = []
    private var groups = 0
    private var nextBeginsPage = false

    static func rows(_ document: Document, session: PangoSession) -> [FlowRow] {
        var builder = FlowBuilder(session: session, language: document.language)
        builder.addTitle(of: document)
        for block in document.blocks { builder.add(block) }
        return builder.rows
    }

    private init(session: PangoSession, language: DocumentLanguage) {
        self.session = session
        self.language = language
    }

    mutating func nextGroup(_ tag: String) -> FlowRow.Group {
        groups += 1
        return FlowRow.Group(id: groups, tag: tag)
    }

    mutating func append(_ row: FlowRow) {
        var row = row
        row.beginsPage = nextBeginsPage
        nextBeginsPage = false
        rows.append(row)
    }

    func layout(_ text: RichText, _ face: PDFStyle.Face, x: Double = 0, width: Double? = nil) -> TextLayout {
        TextLayout(text, face: face, width: max(width ?? (PDFStyle.textWidth - x), 1), session: session)
    }

    private mutating func addTitle(of document: Document) {
        let title = layout(RichText(document.title), PDFStyle.title)
        append(
            FlowRow(columns: [.init(x: 0, text: title)], tag: "H1", keepsWithNext: true, maySplit: false))
        if let subtitle = document.subtitle {
            let text = layout(RichText(subtitle), PDFStyle.subtitle)
            append(
                FlowRow(
                    columns: [.init(x: 0, text: text)], tag: "P", spaceBefore: 3, keepsWithNext: true, maySplit: false))
        }
        let reference = layout(RichText(document.reference), PDFStyle.reference)
        append(
            FlowRow(
                columns: [.init(x: 0, text: reference)], tag: "P", decoration: .titleRule, spaceBefore: 6,
                padding: .init(top: 0, bottom: 9), keepsWithNext: true, maySplit: false))
    }

    private mutating func add(_ block: Block) {
        switch block {
        case .heading(let level, let number, let text): addHeading(level, number, text)
        case .paragraph(let text):
            append(FlowRow(columns: [.init(x: 0, text: layout(text, PDFStyle.body))], tag: "P", spaceBefore: 6))
        case .note(let text):
            append(FlowRow(columns: [.init(x: 0, text: layout(text, PDFStyle.note))], tag: "P", spaceBefore: 5))
        case .clause(let number, let depth, let text): addClause(number, depth, text)
        case .list(let items): addList(items)
        case .table(let table): addTable(table)
        case .definitions(let definitions): addDefinitions(definitions)
        case .signatures(let signatures): addSignatures(signatures)
        case .pageBreak: nextBeginsPage = true
        }
    }

    private mutating func addHeading(_ level: Int, _ number: String?, _ text: String) {
        let face = PDFStyle.heading(level)
        var columns: [FlowRow.Column] = []
        var x = 0.0
        if let number {
            let layout = layout(RichText(number), face)
            // Numbers such as `7` stand where the numbers of its clauses stand; `Annex II` takes the room that it needs.
            x = max(PDFStyle.indent(0), layout.width + 9)
            columns.append(.init(x: 0, text: layout))
        }
        columns.append(.init(x: x, text: layout(RichText(text), face, x: x)))
        append(
            FlowRow(
                columns: columns, tag: "H\(min(max(level, 1) + 1, 6))",
                bookmark: (max(level, 1), [number, text].compactMap { $0 }.joined(separator: " ")),
                spaceBefore: level == 1 ? 20 : 14, padding: .init(top: 0, bottom: level == 1 ? 1 : 0),
                keepsWithNext: true, maySplit: false))
    }

    private mutating func addClause(_ number: String, _ depth: Int, _ text: RichText) {
        let x = PDFStyle.indent(depth)
        let start = depth <= 0 ? 0 : PDFStyle.indent(depth - 1)
        append(
            FlowRow(
                columns: [
                    .init(x: start, text: layout(RichText(number), PDFStyle.body, width: x - start - 4)),
                    .init(x: x, text: layout(text, PDFStyle.body, x: x)),
                ], tag: "P", spaceBefore: depth <= 0 ? 6 : 3.5))
    }

    private mutating func addList(_ items: [RichText]) {
        let group = nextGroup("L")
        for (index, item) in items.enumerated() {
            append(
                FlowRow(
                    columns: [
                        .init(x: 16, text: layout(RichText("•"), PDFStyle.body, width: 12), tag: "Lbl"),
                        .init(x: 30, text: layout(item, PDFStyle.body, x: 30), tag: "LBody"),
                    ], tag: "LI", group: group, spaceBefore: index == 0 ? 6 : 2.5))
        }
    }
}
