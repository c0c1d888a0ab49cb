import Testing

@testable import Server

@Suite struct HTMLTests {
    @Test(arguments: [
        ("<b>&'\"", "&lt;b&gt;&amp;&#39;&quot;"), ("Straße", "Straße"), ("", ""),
        ("</code><script>", "&lt;/code&gt;&lt;script&gt;"),
    ])
    func `text stays text`(text: String, source: String) {
        #expect(HTML.text(text).source == source)
        #expect(HTML.element("p", ["title": text], .text(text)).source == "<p title=\"\(source)\">\(source)</p>")
    }

    @Test func `what stands between backticks is code, and no more`() {
        #expect(HTML.prose("see `a<b`, then `c`").source == "see <code>a&lt;b</code>, then <code>c</code>")
    }
}
