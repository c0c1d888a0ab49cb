import Testing

@testable import Outbound

@Suite("AWS Signature Version 4", .timeLimit(.minutes(1)))
struct SignatureTests {
    /// The first example of "Authenticating Requests: Using the Authorization Header" in Amazon S3's API reference.
    @Test("Amazon's own example is signed as Amazon says")
    func amazonsExample() async throws {
        let server = try TestServer(body: "ok")
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        var request = OutboundRequest(
            url: "http://examplebucket.s3.amazonaws.com/test.txt",
            headers: [
                ("Range", "bytes=0-9"), ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", empty),
            ],
            signature: AWSSignature(
                user: "AKIAIOSFODNN7EXAMPLE", key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1"))
        request.headers.append(("User-Agent", ""))
        _ = try await withClient(connectTo: ["::127.0.0.1:\(server.port)"]) { try await $0.send(request) }
        let authorization = try #require(server.requests.first?["Authorization"])
        #expect(authorization.contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"))
        #expect(
            authorization.contains("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            "\(server.requests)")
    }

    @Test("an upload carries its body's hash, and the key is not sent")
    func uploadCarriesHash() async throws {
        let server = try TestServer(body: "ok")
        let request = OutboundRequest(
            method: "PUT", url: "\(server.url)/bucket/key", headers: [("Content-Type", "text/plain")],
            body: Array("hello".utf8), signature: AWSSignature(user: "id", key: "topsecret", region: "eu-central-1"))
        _ = try await withClient { try await $0.send(request) }
        let seen = try #require(server.requests.first)
        #expect(
            seen["x-amz-content-sha256"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(seen["Authorization"]?.contains("/eu-central-1/s3/aws4_request") == true)
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
