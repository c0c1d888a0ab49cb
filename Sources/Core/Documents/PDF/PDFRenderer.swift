internal import CPango
import Foundation

/// Draws a document, page by page. Blocks its thread.
struct PDFRenderer {
    private let document: Document
    private let session: PangoSession
    private let surface: PDFSurface
    private let rows: [FlowRow]
    private let pages: [[Pagination.Placement]]

    static func render(_ document: Document) throws(DocumentError) -> [UInt8] {
        let renderer = try PDFRenderer(document)
        renderer.writeMetadata()
        renderer.drawPages()
        renderer.writeOutline()
        return try renderer.surface.finish()
    }

    private init(_ document: Document) throws(DocumentError) {
        self.document = document
        session = try PangoSession(language: document.language)
        surface = try PDFSurface()
        rows = FlowBuilder.rows(document, session: session)
        // Laid out before anything is drawn: each page says how many there are.
        pages = Pagination.pages(rows.map(\.metrics), pageHeight: PDFStyle.textHeight)
    }

    private func writeMetadata() {
        surface.set(CAIRO_PDF_METADATA_TITLE, document.title.printable)
        surface.set(CAIRO_PDF_METADATA_SUBJECT, document.reference.printable)
        surface.set(CAIRO_PDF_METADATA_AUTHOR, document.author.printable)
        surface.set(CAIRO_PDF_METADATA_CREATOR, "Obhut")
        // Cairo would put the time of rendering, and two renderings would differ.
        let created = document.created.formatted(.iso8601)
        surface.set(CAIRO_PDF_METADATA_CREATE_DATE, created)
        surface.set(CAIRO_PDF_METADATA_MOD_DATE, created)
    }

    private func drawPages() {
        surface.begin("Document")
        var open: FlowRow.Group?
        for (index, placements) in pages.enumerated() {
            drawEdges(page: index + 1)
            for placement in placements {
                let row = rows[placement.row]
                let top = PDFStyle.marginTop + placement.y
                drawDecoration(of: row, placement, top: top)
                if placement.isRepeated {
                    // Read out once is enough: a header that stands again is not part of the structure.
                    draw(row, placement.lines, top: top, isTagged: false)
                    continue
                }
                if row.group != open {
                    surface.end(open?.tag)
                    surface.begin(row.group?.tag)
                    open = row.group
                }
                draw(row, placement.lines, top: top, isTagged: true)
            }
            if index == pages.count - 1 {
                surface.end(open?.tag)
                surface.end("Document")
            }
            surface.endPage()
        }
    }

    private func draw(_ row: FlowRow, _ lines: Range<Int>, top: Double, isTagged: Bool) {
        let baselines = row.baselines(lines, top: top)
        surface.begin(isTagged ? row.tag : nil)
        for column in row.columns {
            let shown = lines.clamped(to: 0..<column.text.lines.count)
            let x = PDFStyle.marginLeft + column.x
            if let width = column.ruleAbove {
                surface.rule(x: x, y: top, width: width, thickness: 0.6, PDFStyle.faint)
            }
            guard !shown.isEmpty else { continue }
            surface.tagged(isTagged ? column.tag : nil) {
                surface.set(column.text.face.ink)
                column.text.draw(
                    lines: shown, x: x, baselines: Array(baselines.prefix(shown.count)), on: surface.cairo)
            }
        }
        surface.end(isTagged ? row.tag : nil)
    }

    private func drawDecoration(of row: FlowRow, _ placement: Pagination.Placement, top: Double) {
        let x = PDFStyle.marginLeft
        let bottom = top + placement.height
        switch row.decoration {
        case .none: break
        case .titleRule: surface.rule(x: x, y: bottom, width: PDFStyle.textWidth, thickness: 1.2, PDFStyle.accent)
        case .tableHeader:
            surface.fill(x: x, y: top, width: PDFStyle.textWidth, height: placement.height, PDFStyle.shade)
            surface.rule(x: x, y: bottom, width: PDFStyle.textWidth, thickness: 0.8, PDFStyle.accent)
        case .tableRow: surface.rule(x: x, y: bottom, width: PDFStyle.textWidth, thickness: 0.4, PDFStyle.rule)
        }
    }

    /// The running header and footer. The first page has the title itself.
    private func drawEdges(page: Int) {
        let left = PDFStyle.marginLeft
        if page > 1 {
            let reference = edge(document.reference, width: PDFStyle.textWidth * 0.4)
            let title = edge(document.title, width: PDFStyle.textWidth - reference.width - 20)
            drawEdge(title, x: left, baseline: PDFStyle.headerBaseline)
            drawEdge(
                reference, x: left + PDFStyle.textWidth - reference.width, baseline: PDFStyle.headerBaseline)
            surface.rule(
                x: left, y: PDFStyle.headerBaseline + 7, width: PDFStyle.textWidth, thickness: 0.4, PDFStyle.rule)
        }
        let number = edge(document.language.page(page, of: pages.count), width: PDFStyle.textWidth)
        drawEdge(number, x: left + PDFStyle.textWidth - number.width, baseline: PDFStyle.footerBaseline)
        let author = edge(document.author, width: PDFStyle.textWidth - number.width - 20)
        drawEdge(author, x: left, baseline: PDFStyle.footerBaseline)
    }

    private func edge(_ text: String, width: Double) -> TextLayout {
        TextLayout(RichText(text), face: PDFStyle.edge, width: width, session: session)
    }

    /// One line: what is longer is in the document itself.
    private func drawEdge(_ text: TextLayout, x: Double, baseline: Double) {
        surface.set(text.face.ink)
        text.draw(lines: 0..<1, x: x, baselines: [baseline], on: surface.cairo)
    }

    private func writeOutline() {
        var parents: [(level: Int, entry: Int32)] = []
        for (index, placements) in pages.enumerated() {
            for placement in placements where placement.lines.lowerBound == 0 && !placement.isRepeated {
                guard let bookmark = rows[placement.row].bookmark else { continue }
                while let last = parents.last, last.level >= bookmark.level { parents.removeLast() }
                let entry = surface.addBookmark(
                    bookmark.text.printable, below: parents.last?.entry ?? Int32(CAIRO_PDF_OUTLINE_ROOT),
                    page: index + 1, y: PDFStyle.marginTop + placement.y)
                parents.append((bookmark.level, entry))
            }
        }
    }
}
