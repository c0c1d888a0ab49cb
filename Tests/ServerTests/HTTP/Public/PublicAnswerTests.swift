import HTTPTypes
import Hummingbird
import Outbound
import Platform
import PluginKit
import Testing

@testable import Server

@Suite("What people outside any messenger are served")
struct PublicAnswerTests {
    private func answer(_ status: Int = 200, _ type: String = "application/json", maxAge: Int? = nil) -> PublicAnswer {
        PublicAnswer(status: status, contentType: type, body: Array("{}".utf8), maxAge: maxAge)
    }

    @Test(arguments: ["application/json", "text/plain", "image/svg+xml", "text/javascript"])
    func `nothing runs or loads in what is no page`(type: String) throws {
        let headers = try answer(200, type).response().headers
        #expect(headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; ") == true)
        #expect(headers[.contentSecurityPolicy]?.hasSuffix("sandbox") == true)
        #expect(headers[.xContentTypeOptions] == "nosniff")
    }

    @Test(arguments: ["text/html; charset=utf-8", "TEXT/HTML"])
    func `a page loads from this server alone, nothing inline`(type: String) throws {
        let policy = try #require(try answer(200, type).response().headers[.contentSecurityPolicy])
        #expect(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
    }

    @Test func `what may be kept says for how long and has a tag; the rest has neither`() throws {
        let kept = try answer(maxAge: 300).response()
        #expect(kept.headers[.cacheControl] == "public, max-age=300" && kept.headers[.eTag] != nil)
        for other in [answer(), answer(404, maxAge: 300), answer(maxAge: 0)] {
            let headers = try other.response().headers
            #expect(headers[.cacheControl] == nil && headers[.eTag] == nil)
        }
    }

    @Test(arguments: [100, 101, 199, 304, 600, -1])
    func `a status that is none of an answer is our fault`(status: Int) {
        #expect(throws: HTTPError.self) { try answer(status).response() }
    }

    @Test func `what is not there is told as everywhere`() {
        #expect { try PublicAnswer.notFound.response() } throws: { ($0 as? PlatformError)?.code == .notFound }
    }

    @Test func `a visitor's mark tells visitors and set-ups apart, and nothing of the address`() throws {
        let marks = VisitorMarks()
        let (one, other) = (ConsentSourceID.generate(), ConsentSourceID.generate())
        let (here, there) = (try #require(IPAddress("192.0.2.1")), try #require(IPAddress("192.0.2.2")))
        #expect(marks.mark(of: here, on: one) == marks.mark(of: here, on: one))
        #expect(marks.mark(of: here, on: one) != marks.mark(of: there, on: one))
        #expect(marks.mark(of: here, on: one) != marks.mark(of: here, on: other))
        #expect(marks.mark(of: nil, on: one) == marks.mark(of: nil, on: one))
        // Another process has another key.
        #expect(marks.mark(of: here, on: one) != VisitorMarks().mark(of: here, on: one))
    }
}
