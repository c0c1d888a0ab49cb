import TestSupport
import Testing

@testable import Outbound

@Suite("AWS Signature Version 4", .timeLimit(.minutes(5)))
struct SignatureTests {
    /// The first example of "Authenticating Requests: Using the Authorization Header" in Amazon S3's API reference.
    @Test("Amazon's own example is signed as Amazon says")
    func amazonsExample() async throws {
        let authorization = try await authorization(
            "http://examplebucket.s3.amazonaws.com/test.txt", headers: [("Range", "bytes=0-9")])
        #expect(authorization.contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"))
        #expect(authorization.contains("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date"))
        #expect(
            authorization.contains("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"))
    }

    @Test(
        "Amazon's examples with a query are signed as Amazon says, in whatever order the query comes",
        arguments: [
            ("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            ("prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ])
    func amazonsQueryExamples(query: String, signature: String) async throws {
        let authorization = try await authorization("http://examplebucket.s3.amazonaws.com/?\(query)", headers: [])
        #expect(authorization.contains("Signature=\(signature)"))
    }

    /// Signs a request without a body at the time and with the credentials of Amazon's examples.
    private func authorization(_ url: String, headers: [(name: String, value: String)]) async throws -> String {
        let server = try TestServer(body: "ok")
        let emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let request = OutboundRequest(
            url: url,
            headers: headers + [("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", emptyBody)],
            signature: AWSSignature(
                user: "AKIAIOSFODNN7EXAMPLE", key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1"))
        _ = try await withClient(connectTo: ["::127.0.0.1:\(server.port)"]) { try await $0.send(request) }
        return try #require(server.requests.first?["Authorization"])
    }

    @Test("an upload says how its body is guarded, and the key is not sent", arguments: [nil, "0123abcd"])
    func uploadSaysHowItsBodyIsGuarded(hash: String?) async throws {
        let server = try TestServer(body: "ok")
        let request = OutboundRequest(
            method: "PUT", url: "\(server.url)/bucket/key", headers: hash.map { [("x-amz-content-sha256", $0)] } ?? [],
            body: Array("hello".utf8), signature: AWSSignature(user: "id", key: "topsecret", region: "eu-central-1"))
        _ = try await withClient { try await $0.send(request) }
        let seen = try #require(server.requests.first)
        #expect(seen["x-amz-content-sha256"] == hash ?? "UNSIGNED-PAYLOAD")
        #expect(seen["Authorization"]?.contains("/eu-central-1/s3/aws4_request") == true)
        #expect(seen["x-amz-date"]?.count == 16)
        #expect(seen.body == Array("hello".utf8))
        #expect(!"\(seen.headers)".contains("topsecret"))
    }

    @Test("credentials that would change the scope are refused", arguments: ["eu:x", "", "eu\n"])
    func malformedScopeIsRefused(region: String) async throws {
        let request = OutboundRequest(
            url: "http://127.0.0.1:1/", signature: AWSSignature(user: "id", key: "k", region: region))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .refusedRequest)
    }
}
