import Foundation
import Testing

@testable import Documents

@Suite struct PDFTests {
    static let clauses = (1...120).map { number in
        "Klausel \(number): Änderungen bedürfen der Textform; größere Maßnahmen gemäß § \(number) führt der "
            + "Auftragsverarbeiter nur nach Übereinkunft durch, auch für Łukasz, Γεώργιος und Борис."
    }

    @Test(arguments: DocumentLanguage.allCases)
    func `every clause is there, in order`(language: DocumentLanguage) async throws {
        let blocks = Self.clauses.enumerated().map { index, text in
            Block.clause(number: "\(index + 1).", depth: 0, text: RichText(text))
        }
        let pages = try Poppler.pages(try await DocumentPDF.render(.sample(language, blocks)))
        #expect(pages.count > 5)
        let edges = ["Prüfer & Söhne GmbH", "AVV-2026-0815", Document.sample(language, []).title]
        for (index, page) in pages.enumerated() {
            let footer =
                language == .german
                ? "Seite \(index + 1) von \(pages.count)" : "Page \(index + 1) of \(pages.count)"
            #expect(page.contains(footer))
            for edge in edges { #expect(page.contains(edge), "page \(index + 1)") }
        }
        // Without the edges of the pages, the text goes on from one to the next.
        let body = pages.map { page in
            page.components(separatedBy: "\n")
                .filter { !edges.contains($0) && $0.firstMatch(of: /^(Seite|Page) \d+ (von|of) \d+$/) == nil }
                .joined(separator: "\n")
        }.joined(separator: "\n").unwrapped
        var rest = body[...]
        for (index, clause) in Self.clauses.enumerated() {
            let found = try #require(rest.range(of: clause), "clause \(index + 1) after the one before it")
            rest = rest[found.upperBound...]
        }
    }

    @Test func `all fonts are embedded`() async throws {
        let fonts = try Poppler.fonts(try await DocumentPDF.render(.everything(.german)))
        #expect(fonts.count >= 5)
        for font in fonts { #expect(font.isEmbedded, "\(font.name)") }
    }

    @Test func `metadata, page size and structure are there`() async throws {
        let pdf = try await DocumentPDF.render(.everything(.german))
        let info = try Poppler.info(pdf)
        #expect(info["Title"] == "Vereinbarung über die Prüfung")
        #expect(info["Subject"] == "AVV-2026-0815")
        #expect(info["Author"] == "Prüfer & Söhne GmbH")
        #expect(info["Creator"] == "Obhut")
        #expect(info["CreationDate"] == "2026-03-01T10:00:00Z")
        #expect(info["Page size"] == "595.276 x 841.89 pts (A4)")
        #expect(info["Pages"] == "2")
        #expect(info["Tagged"] == "yes")
        let structure = try Poppler.structure(pdf)
        for tag in ["H1", "H2", "H3", "P", "L", "LI", "LBody", "Table", "TR", "TH", "TD"] {
            #expect(structure.contains(try Regex("(?m)^ *\(tag)( |$)")), "\(tag)")
        }
    }

    @Test func `the outline follows the headings`() async throws {
        let pdf = try await DocumentPDF.render(
            .sample([
                .heading(level: 1, number: "1", text: "Zweck"), .heading(level: 2, number: nil, text: "Umfang"),
                .heading(level: 1, number: "2", text: "Ende"),
            ]))
        // The outline's entries are not compressed.
        let text = String(decoding: pdf, as: UTF8.self)
        #expect(
            text.contains("/Title (1 Zweck)") && text.contains("/Title (Umfang)") && text.contains("/Title (2 Ende)"))
        #expect(text.contains("/Outlines"))
    }

    @Test func `a table of 200 pages has its header on each`() async throws {
        let table = Table(
            columns: [.init("Empfänger"), .init("Land"), .init("Zweck", share: 2)],
            rows: (1...6000).map { number in
                [
                    RichText("Empfänger \(number)"), RichText("DE"),
                    RichText("Zustellung der Nachrichten der Nummer \(number), samt Anhängen und Zustellberichten"),
                ]
            })
        let pages = try Poppler.pages(try await DocumentPDF.render(.sample([.table(table)])))
        #expect(pages.count >= 200)
        for (index, page) in pages.enumerated() { #expect(page.contains("Zweck"), "page \(index + 1)") }
        let numbers = pages.joined().matches(of: /Empfänger (\d+)\n/).compactMap { Int($0.1) }
        #expect(numbers == Array(1...6000))
    }

    @Test func `a row longer than a page goes on over pages`() async throws {
        let words = (1...3000).map { "Wort\($0)" }
        let table = Table(
            columns: [.init("Kopf"), .init("Inhalt")],
            rows: [[RichText("lang"), RichText(words.joined(separator: " "))]])
        let text = try Poppler.text(try await DocumentPDF.render(.sample([.table(table)])))
        #expect(text.matches(of: /Wort(\d+)/).compactMap { Int($0.1) } == Array(1...3000))
    }

    @Test(.timeLimit(.minutes(5)))
    func `a word of 10,000 characters is broken, in text and cell`() async throws {
        let word = String(repeating: "0123456789abcdef", count: 625)
        let table = Table(columns: [.init("a"), .init("b")], rows: [[RichText(word), [.code(word)]]])
        for block in [Block.paragraph(RichText(word)), .paragraph([.code(word)]), .table(table)] {
            let pdf = try await DocumentPDF.render(.sample([block]))
            let characters = try Poppler.text(pdf).filter(\.isHexDigit)
            #expect(characters.count >= 10_000)
        }
    }

    @Test func `the same document gives the same bytes, another date does not`() async throws {
        let document = Document.everything(.german)
        let first = try await DocumentPDF.render(document)
        #expect(try await DocumentPDF.render(document) == first)
        var later = document
        later.created += 1
        #expect(try await DocumentPDF.render(later) != first)
    }

    @Test func `twenty renderings at once are each their own`() async throws {
        let documents = (0..<20).map { number in
            Document.sample(
                number.isMultiple(of: 2) ? .german : .english,
                Self.clauses.prefix(10 + number).map { .paragraph(RichText("\(number) \($0)")) })
        }
        var alone: [[UInt8]] = []
        for document in documents { alone.append(try await DocumentPDF.render(document)) }
        let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for (index, document) in documents.enumerated() {
                group.addTask { (index, try await DocumentPDF.render(document)) }
            }
            var results: [Int: [UInt8]] = [:]
            for try await (index, pdf) in group { results[index] = pdf }
            return results
        }
        for index in documents.indices { #expect(together[index] == alone[index], "document \(index)") }
    }

    @Test func `text that shows itself in another order is marked`() async throws {
        let text = try Poppler.text(
            try await DocumentPDF.render(.sample([.paragraph(RichText("zahlt\u{202E}001\u{0} Euro"))])))
        #expect(text.contains("zahlt\u{FFFD}001\u{FFFD} Euro"))
    }

    @Test func `nothing at all is a page`() async throws {
        let document = Document(
            title: "", language: .english, reference: "", author: "", created: .distantPast,
            blocks: [
                .paragraph([]), .list([]), .table(Table(columns: [], rows: [])), .definitions([]), .signatures([]),
                .table(Table(columns: [.init("", share: .nan)], rows: [[], [RichText("a"), RichText("b")]])),
                .pageBreak,
            ])
        #expect(try Poppler.pages(try await DocumentPDF.render(document)).count == 1)
    }
}
