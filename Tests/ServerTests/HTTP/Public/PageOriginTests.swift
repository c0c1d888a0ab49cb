import HTTPTypes
import Testing

@testable import Server

@Suite("Which pages may use a set-up")
struct PageOriginTests {
    private static let allowed = ["https://praxis.example", "http://localhost:8080"]
    private static let own = "https://chat.provider.example"

    @Test(
        arguments: [
            ("https://praxis.example", .allowed("https://praxis.example")),
            ("http://localhost:8080", .allowed("http://localhost:8080")),
            ("https://chat.provider.example", .own("https://chat.provider.example")), (nil, .untold),
            // Nearly.
            ("http://praxis.example", .refused), ("https://praxis.example:443", .refused),
            ("https://praxis.example/", .refused), ("https://PRAXIS.example", .refused),
            ("https://praxis.example.evil.example", .refused),
            ("https://evil.example?https://praxis.example", .refused),
            ("https://www.praxis.example", .refused), ("http://localhost", .refused), ("null", .refused),
            ("", .refused),
            ("*", .refused), ("https://praxis.example, https://praxis.example", .refused),
            ("http://chat.provider.example", .refused),
        ] as [(String?, PageOrigin)])
    func `only what stands in the set-up is allowed, byte for byte`(header: String?, origin: PageOrigin) {
        #expect(PageOrigin(header, allowed: Self.allowed, own: Self.own) == origin)
    }

    @Test func `a server that does not know its own address takes nothing for a page of its own`() {
        #expect(PageOrigin("", allowed: [], own: "") == .refused)
    }

    @Test(
        arguments: [
            (.allowed("https://praxis.example"), "https://praxis.example"),
            (.own("https://chat.provider.example"), nil), (.untold, nil), (.refused, nil),
        ] as [(PageOrigin, String?)])
    func `only an allowed page's script may read, and caches keep pages apart`(page: PageOrigin, told: String?) {
        #expect(page.headers[.accessControlAllowOrigin] == told)
        #expect(page.headers[.vary] == "Origin")
        #expect(page.headers[.accessControlAllowCredentials] == nil)
        #expect((page.headers[.accessControlExposeHeaders] != nil) == (told != nil))
    }
}

@Suite("Languages of a page's reader")
struct ReaderLanguagesTests {
    @Test(
        arguments: [
            (nil, []), ("", []), ("de", ["de"]), ("de-AT, en;q=0.5", ["de-AT", "en"]),
            ("en;q=0.5, de-AT", ["de-AT", "en"]), ("a;q=0.3,b;q=0.8,c;q=0.8", ["b", "c", "a"]),
            ("fr;q=0, de", ["de"]), ("*, de;q=0.1", ["de"]), ("de;q=x, en", ["en"]), ("de;q=2, en", ["en"]),
            ("<script>, d_e, -de, en", ["en"]), (";;;,,,", []), ("de ; q=0.4 , en ; q=0.5", ["en", "de"]),
            ("x,y,z,a,b,c,d,e,f,g,h,i", ["x", "y", "z", "a", "b", "c", "d", "e", "f", "g"]),
        ] as [(String?, [String])])
    func `the most wanted come first, and what cannot be read is left out`(header: String?, tags: [String]) {
        #expect(ReaderLanguages.tags(header) == tags)
    }

    @Test func `a header that is longer than anybody needs is none`() {
        #expect(ReaderLanguages.tags(String(repeating: "de,", count: 400)) == [])
    }
}
