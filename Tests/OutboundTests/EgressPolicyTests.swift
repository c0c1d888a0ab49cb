import Testing

@testable import Outbound

@Suite("Egress policy")
struct EgressPolicyTests {
    @Test(
        "exceptions allow exactly what they name",
        arguments: [
            // exception, dialled address and port, host in the URL, scheme, allowed
            (["127.0.0.1:8090"], "127.0.0.1", 8090, "127.0.0.1", "http", true),
            (["127.0.0.1:8090"], "127.0.0.1", 8090, "localhost", "http", true),
            (["127.0.0.1:8090"], "::ffff:127.0.0.1", 8090, "localhost", "http", true),
            (["127.0.0.1:8090"], "127.0.0.1", 8091, "127.0.0.1", "http", false),
            (["127.0.0.1:8090"], "127.0.0.2", 8090, "127.0.0.2", "http", false),
            (["[::1]:8090"], "::1", 8090, "localhost", "https", true),
            (["[::1]:8090"], "::1", 80, "localhost", "https", false),
            (["10.0.0.0/8"], "10.1.2.3", 443, "inside", "https", true),
            (["10.0.0.0/8"], "192.168.0.1", 443, "inside", "https", false),
            (["store.internal:9000"], "10.0.0.5", 9000, "store.internal", "http", true),
            (["Store.Internal:9000"], "10.0.0.5", 9000, "store.internal", "http", true),
            (["store.internal:9000"], "10.0.0.5", 9001, "store.internal", "http", false),
            (["store.internal:9000"], "10.0.0.5", 9000, "other.internal", "http", false),
            ([], "8.8.8.8", 443, "dns.google", "https", true),
            ([], "8.8.8.8", 80, "dns.google", "http", false),
            ([], "169.254.169.254", 443, "metadata", "https", false),
        ] as [([String], String, UInt16, String, String, Bool)])
    func exceptionsAllowWhatTheyName(
        exceptions: [String], address: String, port: UInt16, host: String, scheme: String, isAllowed: Bool
    ) throws {
        let policy = try EgressPolicy(exceptions: exceptions)
        let target = EgressTarget(scheme: try #require(.init(rawValue: scheme)), host: host, port: port)
        let refusal = policy.refusal(of: try #require(IPAddress(address)), port: port, for: target)
        #expect((refusal == nil) == isAllowed)
    }

    @Test("plain http to public addresses has to be asked for")
    func plainHTTPHasToBeAskedFor() throws {
        let target = EgressTarget(scheme: .http, host: "example.com", port: 80)
        let address = try #require(IPAddress("93.184.216.34"))
        let asked = try EgressPolicy(exceptions: [], allowsPlainHTTPToPublic: true)
        #expect(asked.refusal(of: address, port: 80, for: target) == nil)
        #expect(EgressPolicy.publicOnly.refusal(of: address, port: 80, for: target) != nil)
    }

    @Test(
        "an exception that cannot be read is refused by name",
        arguments: [
            "", "localhost", "localhost:", "localhost:0", "localhost:70000", "*:80", "10.0.0.0/40", "2130706433:80",
            "0x7f.1:80", "[store]:80", ".:80", "http://x:80", "127.1:80",
        ])
    func unreadableExceptionIsRefused(text: String) {
        #expect {
            try EgressPolicy(exceptions: [text])
        } throws: { error in
            (error as? EgressPolicy.InvalidException)?.text == text
        }
    }

    @Test(
        "a URL that is not plain http or https is refused without being quoted",
        arguments: [
            "ftp://example.com/secret", "file:///etc/passwd", "gopher://example.com/secret", "example.com/secret", "",
            "https://user@example.com/secret", "https://user:secret@example.com/", "https:///secret",
            "https://example.com/a secret", "https://example.com/\u{0}secret", "https://example.com:99999/secret",
            "javascript:secret", "//example.com/secret", "https://example.com\r\nX: secret",
        ])
    func unusableURLIsRefused(url: String) async throws {
        let error = try await withClient { await $0.failure(OutboundRequest(url: url)) }
        let refused = try #require(error)
        #expect(refused.kind == .refusedRequest)
        #expect(refused.beforeSending)
        #expect(!refused.description.contains("secret"))
    }
}
