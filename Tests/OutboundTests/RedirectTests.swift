import TestSupport
import Testing

@testable import Outbound

@Suite("Redirects", .timeLimit(.minutes(5)))
struct RedirectTests {
    @Test("a redirect is the response unless following is asked for")
    func redirectIsTheResponse() async throws {
        let server = try TestServer(status: "302 Found", headers: ["Location: /next"])
        let response = try await withClient { try await $0.send(OutboundRequest(url: server.url)) }
        #expect(response.status == 302)
        #expect(response.headers["location"] == "/next")
        #expect(server.requests.count == 1)
    }

    @Test(
        "methods after a redirect",
        arguments: [
            ("GET", "302 Found", "GET"), ("POST", "301 Moved", "GET"), ("POST", "302 Found", "GET"),
            ("POST", "303 See Other", "GET"), ("PUT", "303 See Other", "GET"), ("HEAD", "303 See Other", "HEAD"),
            ("POST", "307 Temporary", "POST"), ("POST", "308 Permanent", "POST"), ("PUT", "302 Found", "PUT"),
        ])
    func methodAfterRedirect(method: String, status: String, next: String) async throws {
        let server = try TestServer { connection in
            while let request = connection.readRequest() {
                if request.target == "/dir/first" {
                    connection.answer(status, headers: ["Location: second?x=1"])
                } else {
                    connection.answer()
                }
            }
        }
        let body: [UInt8]? = ["POST", "PUT"].contains(method) ? [1, 2] : nil
        let response = try await withClient { client in
            try await client.send(
                OutboundRequest(
                    method: method, url: "\(server.url)/dir/first",
                    headers: [("Authorization", "a"), ("Content-Type", "text/plain")], body: body,
                    redirects: .follow(limit: 1)))
        }
        #expect(response.status == 200)
        let second = try #require(server.requests.last)
        #expect(second.method == next)
        #expect(second.target == "/dir/second?x=1")
        #expect(second.body == (next == method ? body ?? [] : []))
        #expect(second["Authorization"] == "a")
        #expect((second["Content-Type"] == nil) == (next != method))
    }

    @Test("another origin gets neither credentials nor unknown headers")
    func otherOriginGetsNoCredentials() async throws {
        let other = try TestServer(body: "other")
        let server = try TestServer(status: "302 Found", headers: ["Location: \(other.url)/x"])
        let request = OutboundRequest(
            url: server.url, headers: [("Authorization", "a"), ("X-Api-Key", "k"), ("Cookie", "c"), ("Accept", "*/*")],
            redirects: .follow(limit: 3))
        let response = try await withClient { try await $0.send(request) }
        #expect(response.body == Array("other".utf8))
        let seen = try #require(other.requests.first)
        #expect(seen["Authorization"] == nil && seen["X-Api-Key"] == nil && seen["Cookie"] == nil)
        #expect(seen["Accept"] == "*/*")
    }

    @Test("a body does not follow to another origin")
    func bodyStaysWithItsOrigin() async throws {
        let other = try TestServer(body: "other")
        let server = try TestServer(status: "307 Temporary", headers: ["Location: \(other.url)/x"])
        let request = OutboundRequest(method: "POST", url: server.url, body: [1], redirects: .follow(limit: 3))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .refusedRequest)
        #expect(error?.beforeSending == false)
        #expect(other.connections == 0)
    }

    @Test(
        "a redirect to where the policy forbids is refused",
        arguments: ["http://127.0.0.2/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://0x7f.2/"])
    func forbiddenRedirectIsRefused(location: String) async throws {
        let server = try TestServer(status: "302 Found", headers: ["Location: \(location)"])
        let request = OutboundRequest(url: server.url, redirects: .follow(limit: 3))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .refusedAddress)
        #expect(error?.beforeSending == false)
    }

    @Test(
        "a redirect to what is no plain web address is refused",
        arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "http://user:word@127.0.0.1/", "gopher://127.0.0.1:1/"])
    func unusableRedirectIsRefused(location: String) async throws {
        let server = try TestServer(status: "302 Found", headers: ["Location: \(location)"])
        let request = OutboundRequest(url: server.url, redirects: .follow(limit: 3))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .refusedRequest)
    }

    @Test("redirects end at the limit")
    func redirectsEnd() async throws {
        let server = try TestServer(status: "302 Found", headers: ["Location: /again"])
        let request = OutboundRequest(url: server.url, redirects: .follow(limit: 4))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .tooManyRedirects)
        #expect(server.requests.count == 5)
    }
}
