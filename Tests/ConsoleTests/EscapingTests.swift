import ConsoleSamples
import Foundation
import Testing

@testable import Console

@Suite("Hostile text stays text")
struct EscapingTests {
    /// The tags and attributes of a page, which no value may add to.
    private static func shape(_ html: String) -> [String] {
        html.matches(of: /<\/?([a-zA-Z][a-zA-Z0-9]*)/).map { String($0.1) }
    }

    /// The signs that mean something and have a combining mark after them. By scalar: `String.contains` compares
    /// graphemes and would overlook them.
    private static func combined(in html: String) -> [Unicode.Scalar] {
        let scalars = Array(html.unicodeScalars)
        let signs: Set<Unicode.Scalar> = ["\"", "'", "<"]
        return zip(scalars, scalars.dropFirst()).filter { signs.contains($0) && $1.value == 0x301 }.map(\.0)
    }

    @Test("in every field of every page, one after the other", arguments: Sample.all)
    func everyField(_ sample: Sample) throws {
        func check(_ page: some ConsolePage) throws {
            let console = try PageTests.console.get()
            let paths = try Rewriting.freeTexts(of: page)
            for path in paths {
                let name = "\(sample.name): \(path.joined(separator: "."))"
                let hostile = try Rewriting.rewrite(page, at: path, with: Strain.markup + Strain.combined)
                let html = console.render(hostile, in: sample.frame(.english))
                #expect(!html.contains("<script>alert"), "\(name)")
                #expect(!html.contains("<img src=x"), "\(name)")
                #expect(Self.combined(in: html) == [], "\(name)")
                let harmless = try Rewriting.rewrite(page, at: path, with: "harmless")
                let expected = Self.shape(console.render(harmless, in: sample.frame(.english)))
                // A value may open or close a part of the page as any other text would; markup it may not add.
                #expect(Set(Self.shape(html)).isSubset(of: Set(expected).union(["ul", "li"])), "\(name)")
            }
        }
        try check(sample.page)
    }

    @Test("in the frame too")
    func frame() throws {
        let hostile = Strain.hostile.text("")
        for sample in Sample.all {
            var frame = sample.frame(.english)
            frame.installation = hostile
            frame.csrfToken = hostile
            frame.path = "/" + hostile
            frame.flashes = [.init(.done, hostile)]
            frame.reader?.name = hostile
            frame.reader?.roles = [hostile]
            let html = try PageTests.console.get().render(sample.page, in: frame)
            #expect(!html.contains("<script>alert"), "\(sample.name)")
            #expect(Self.combined(in: html) == [], "\(sample.name)")
        }
    }

    @Test(
        "and shows as itself",
        arguments: [
            ("a < b & c", "a &lt; b &amp; c"),
            ("\"\u{301}", "&#34;\u{301}"),
            ("<\u{301}{{x}}", "&#60;\u{301}&#123;&#123;x&#125;&#125;"),
            ("{{t.product.name}}", "{{t.product.name}}"),
            ("\u{600}\"", "\u{600}&#34;"),
            ("zwei\r\nZeilen", "zwei\r\nZeilen"),
        ])
    func asItself(_ text: String, _ expected: String) throws {
        let html = try PageTests.console.get().library.render(Badge(text, .good), withTemplate: "badge")
        #expect(html == "<span class=\"badge good\">\(expected)</span>")
    }

    @Test(
        "a path from outside does not become a link to elsewhere",
        arguments: ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""])
    func paths(_ path: String) {
        #expect(ConsolePath.own(path) == nil)
        #expect(FrameView.path(path, in: .german) == "/console?lang=de")
    }

    @Test("a value in a path stays one part of it")
    func parts() {
        #expect(ConsolePath.tenant("a/../b?c#d ü") == "/console/tenants/a%2F..%2Fb%3Fc%23d%20%C3%BC")
        #expect(ConsolePath.tenant("..") == "/console/tenants/%2E%2E")
        #expect(FrameView.path("/console/audit?a=1&lang=en", in: .german) == "/console/audit?a=1&lang=de")
    }
}
