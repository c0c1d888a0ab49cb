extension FlowBuilder {
    /// Between the text of a column and that of the next.
    private static let gutter = 10.0

    mutating func addTable(_ table: Table) {
        guard !table.columns.isEmpty else { return }
        let group = nextGroup("Table")
        let places = Self.places(table.columns.map(\.share))
        let header = rows.count
        let titles = table.columns.map { RichText($0.title) }
        append(
            FlowRow(
                columns: columns(titles, places, PDFStyle.columnTitle, tag: "TH"), tag: "TR", group: group,
                decoration: .tableHeader, spaceBefore: 8, padding: .init(top: 4, bottom: 4), keepsWithNext: true,
                maySplit: false))
        for row in table.rows {
            let columns = columns(table.cells(row), places, PDFStyle.cell, tag: "TD")
            let lines = columns.map(\.text.lines.count).max() ?? 0
            // A short row is easier to read whole; a long one would leave a hole at the end of the page.
            append(
                FlowRow(
                    columns: columns, tag: "TR", group: group, decoration: .tableRow,
                    padding: .init(top: 4, bottom: 4.5), maySplit: lines > 12, header: header))
        }
    }

    private func columns(
        _ cells: [RichText], _ places: [(x: Double, width: Double)], _ face: PDFStyle.Face, tag: String
    ) -> [FlowRow.Column] {
        zip(cells, places).map { cell, place in
            FlowRow.Column(x: place.x, text: layout(cell, face, width: place.width), tag: tag)
        }
    }

    /// Divides the width. A share that is no number above zero counts as one of 1.
    private static func places(_ shares: [Double]) -> [(x: Double, width: Double)] {
        let shares = shares.map { $0.isFinite && $0 > 0 ? $0 : 1 }
        let inner = PDFStyle.textWidth - 8
        let unit = (inner - gutter * Double(shares.count - 1)) / shares.reduce(0, +)
        var x = 4.0
        return shares.map { share in
            let width = max(unit * share, 1)
            defer { x += width + gutter }
            return (x, width)
        }
    }

    mutating func addDefinitions(_ definitions: [Definition]) {
        let group = nextGroup("L")
        let valueX = 150.0
        for (index, definition) in definitions.enumerated() {
            append(
                FlowRow(
                    columns: [
                        .init(
                            x: 0, text: layout(RichText(definition.label), PDFStyle.label, width: valueX - 12),
                            tag: "Lbl"),
                        .init(x: valueX, text: layout(definition.value, PDFStyle.body, x: valueX), tag: "LBody"),
                    ], tag: "LI", group: group, spaceBefore: index == 0 ? 8 : 2.5))
        }
    }

    /// Two signatures stand side by side. None of their rows is parted from the next.
    mutating func addSignatures(_ signatures: [Signature]) {
        let width = (PDFStyle.textWidth - 30) / 2
        for first in stride(from: 0, to: signatures.count, by: 2) {
            let pair = signatures[first..<min(first + 2, signatures.count)]
            var parts: [FlowRow] = []
            func add(space: Double, _ part: (Signature) -> SignaturePart?) {
                let columns = pair.enumerated().compactMap { index, signature -> FlowRow.Column? in
                    guard let part = part(signature) else { return nil }
                    return FlowRow.Column(
                        x: Double(index) * (width + 30), text: layout(RichText(part.text), part.face, width: width),
                        tag: "P", ruleAbove: part.isRuled ? width : nil)
                }
                guard !columns.isEmpty else { return }
                parts.append(
                    FlowRow(
                        columns: columns, tag: "Div", spaceBefore: space, padding: .init(top: 3, bottom: 0),
                        keepsWithNext: true, maySplit: false))
            }
            let isByHand = pair.contains { $0.form == .lines }
            add(space: 24) { SignaturePart($0.party, PDFStyle.label) }
            add(space: 0) { SignaturePart($0.organisation, PDFStyle.heading(2)) }
            add(space: 0) { $0.signatory.isEmpty ? nil : SignaturePart($0.signatory, PDFStyle.body) }
            // What one party accepted electronically stands beside the line on which the other signs.
            add(space: isByHand ? 34 : 8) { signature in
                switch signature.form {
                case .lines: SignaturePart(language.placeAndDate, PDFStyle.caption, isRuled: true)
                case .note(let note): SignaturePart(note, PDFStyle.acceptance)
                }
            }
            add(space: 38) { signature in
                signature.form == .lines ? SignaturePart(language.signature, PDFStyle.caption, isRuled: true) : nil
            }
            if !parts.isEmpty { parts[parts.count - 1].keepsWithNext = false }
            for part in parts { append(part) }
        }
    }
}

private struct SignaturePart {
    var text: String
    var face: PDFStyle.Face
    /// Whether there is a line above, to write on.
    var isRuled: Bool

    init(_ text: String, _ face: PDFStyle.Face, isRuled: Bool = false) {
        self.text = text
        self.face = face
        self.isRuled = isRuled
    }
}
