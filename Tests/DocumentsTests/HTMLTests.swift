import Foundation
import Testing

@testable import Documents

@Suite struct HTMLTests {
    static let hostile = "<script>alert('x')</script>\" onload=\"&amp;\u{0}\u{202E}</p>"
    static let escaped =
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;&amp;amp;\u{FFFD}\u{FFFD}&lt;/p&gt;"

    @Test(arguments: [DocumentHTML.Form.page(stylesheet: nil), .fragment])
    func `hostile text is escaped in every place`(form: DocumentHTML.Form) {
        var document = Document.everything(.german, text: Self.hostile)
        document.title = Self.hostile
        document.subtitle = Self.hostile
        document.reference = Self.hostile
        let html = DocumentHTML.render(document, as: form)
        // 1 heading, 4 inlines, 2 clauses, 1 heading, 2 items, 2 + 2 cells, 2 of a definition, 1 note, 4 + 5 of the
        // signatures, and title, subtitle and reference; a page has title and reference again in its head.
        let expected = form == .fragment ? 29 : 31
        #expect(html.components(separatedBy: Self.escaped).count - 1 == expected)
        for forbidden in ["<script", "alert('x')", "onload=\"", "\u{0}", "\u{202E}", " style=", "<style"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
    }

    @Test func `a stylesheet's address is escaped`() {
        let html = DocumentHTML.render(.sample([]), as: .page(stylesheet: "/a.css\"><script>"))
        #expect(html.contains("<link href=\"/a.css&quot;&gt;&lt;script&gt;\" rel=\"stylesheet\">"))
    }

    @Test(arguments: DocumentLanguage.allCases)
    func `a page is whole, in its language, and well-formed`(language: DocumentLanguage) throws {
        let html = DocumentHTML.render(.everything(language))
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"\(language.rawValue)\">"))
        #expect(html.contains("<table>") && html.contains("<th scope=\"col\">") && html.contains("<th scope=\"row\">"))
        #expect(html.contains("<em>Größe, Maß und Übermut.</em><code>"))
        try Self.expectBalance(html)
    }

    @Test func `headings are in order, whatever the levels given`() {
        let blocks = [1, 3, 3, 6, 2, 1, 0].map { Block.heading(level: $0, number: nil, text: "h") }
        func levels(_ form: DocumentHTML.Form) -> [Int] {
            DocumentHTML.render(.sample(blocks), as: form).matches(of: /<h([1-6])>/).compactMap { Int($0.1) }
        }
        #expect(levels(.page(stylesheet: nil)) == [1, 2, 3, 4, 5, 3, 2, 2])
        #expect(levels(.fragment) == [2, 3, 4, 5, 6, 4, 3, 3])
    }

    @Test func `a line break within a text is kept`() {
        #expect(DocumentHTML.render(.sample([.paragraph(RichText("a\r\nb\nc"))])).contains("<p>a<br>b<br>c</p>"))
    }

    /// Every element that is opened is closed, in the right order.
    private static func expectBalance(_ html: String) throws {
        var open: [Substring] = []
        for match in html.matches(of: /<(\/?)([a-z0-9]+)[^>]*>/) where !["meta", "br", "hr", "link"].contains(match.2) {
            if match.1.isEmpty {
                open.append(match.2)
            } else {
                #expect(open.popLast() == match.2)
            }
        }
        #expect(open.isEmpty)
    }
}
