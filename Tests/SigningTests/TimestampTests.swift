import Foundation
import Logging
import Outbound
import TestSupport
import Testing

@testable import Signing

@Suite("Timestamps", .timeLimit(.minutes(5)))
struct TimestampTests {
    @Test("a seal gets a timestamp over HTTP; we and openssl read it, and the seal still holds")
    func stampedOverHTTP() async throws {
        let local = try await LocalAuthority()
        let server = try local.serve()
        let identity = try someIdentity()
        let seal = try CMSSeal.make(over: agreement, by: identity, at: soon)
        let authority = TimestampAuthority(url: "\(server.url)/tsa", certificates: [local.root])
        let stamped = try await withHTTP { (http) throws(SigningError) in try await authority.stamp(seal, http: http) }

        let facts = try CMSSeal.verify(
            stamped, over: agreement, trusting: [identity.certificate], authorities: [local.root])
        let timestamp = try #require(facts.timestamp)
        #expect(timestamp.isTrusted)
        #expect(timestamp.authority == (try local.workshop.certificate("tsa")))
        #expect(abs(timestamp.time.timeIntervalSinceNow) < 60)
        #expect(facts.signingTime == soon)

        let workshop = local.workshop
        #expect(try await workshop.auditorAccepts(stamped, over: agreement, trusting: identity.certificatePEM))
        try workshop.write(try #require(try CMSSeal.timestampToken(of: stamped)), to: "token")
        try workshop.write(CMSSeal.signature(of: stamped), to: "signature")
        try workshop.write(CMSSeal.signature(of: seal).reversed(), to: "other")
        let verify = ["ts", "-verify", "-token_in", "-in", "token", "-CAfile", "tsa-root.pem", "-data"]
        #expect(try await workshop.openssl(verify + ["signature"]).succeeded)
        #expect(try await !workshop.openssl(verify + ["other"]).succeeded)
        // openssl prints the time too: "Time stamp: Nov 24 20:00:00 2026 GMT".
        let shown = try await workshop.openssl(["ts", "-reply", "-token_in", "-in", "token", "-text"])
        let clock = timestamp.time.formatted(.iso8601.time(includingFractionalSeconds: false))
        #expect(shown.output.contains(clock))

        // A second one is not asked for.
        let again = await outcome { (http) throws(SigningError) in try await authority.stamp(stamped, http: http) }
        #expect(again == .alreadyTimestamped)
        #expect(server.requests.count == 1)
    }

    @Test("an authority that fails is told apart from one that cannot be believed")
    func failingAuthority() async throws {
        let local = try await LocalAuthority()
        let strict = try await LocalAuthority(digests: "sha512")
        let seal = try CMSSeal.make(over: agreement, by: someIdentity(), at: soon)
        let stranger = try someIdentity().certificate
        let garbage = try TestServer(body: "not a timestamp")
        let broken = try TestServer(status: "503 Service Unavailable")
        let serving = try local.serve()
        let rejecting = try strict.serve()
        let closed = try TestServer.closedPort()
        for (url, expected) in [
            (garbage.url, SigningError.notATimestampResponse), (broken.url, .authorityAnswered(status: 503)),
            (rejecting.url, .timestampRefused(status: 2)), (serving.url, .authorityNotTrusted),
        ] {
            let authority = TimestampAuthority(url: url, certificates: [stranger])
            let found = await outcome { (http) throws(SigningError) in try await authority.stamp(seal, http: http) }
            #expect(found == expected)
        }
        let nowhere = TimestampAuthority(url: "http://127.0.0.1:\(closed)/")
        let found = await outcome { (http) throws(SigningError) in try await nowhere.stamp(seal, http: http) }
        guard case .authorityUnreachable(let error) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(error.kind == .connect)
    }

    @Test("a response to another request is refused")
    func anotherRequest() async throws {
        let local = try await LocalAuthority()
        let seal = try CMSSeal.make(over: agreement, by: someIdentity(), at: soon)
        let request = try TimestampRequest(over: seal)
        let response = try local.reply(to: request.der)
        let otherNonce = try TimestampRequest(imprint: request.imprint, nonce: request.nonce ^ 1)
        let otherImprint = try TimestampRequest(imprint: sha256(agreement), nonce: request.nonce)
        var altered = response
        altered[altered.count - 1] ^= 1
        let table: [(String, [UInt8], TimestampRequest, SigningError?)] = [
            ("its own", response, request, nil),
            ("another nonce", response, otherNonce, .timestampNonceDiffers),
            ("another imprint", response, otherImprint, .timestampOfAnother),
            ("an altered signature", altered, request, .timestampInvalid),
            ("cut off", response.dropLast(), request, .notATimestampResponse),
            ("a byte too many", response + [0], request, .notATimestampResponse),
            ("nothing", [], request, .notATimestampResponse),
            ("granted, with nothing", [0x30, 5, 0x30, 3, 2, 1, 0], request, .notATimestampResponse),
            ("waiting", [0x30, 5, 0x30, 3, 2, 1, 3], request, .timestampRefused(status: 3)),
        ]
        for (name, bytes, asked, expected) in table {
            for trusted in [[local.root], []] {
                let found = failure { () throws(SigningError) in
                    try TimestampToken(response: bytes, to: asked, trusting: trusted)
                }
                #expect(found == expected, "\(name)")
            }
        }
    }

    @Test("each request has a nonce of its own and tells nothing but a digest")
    func requests() async throws {
        let workshop = try Workshop()
        let seal = try CMSSeal.make(over: agreement, by: someIdentity(), at: soon)
        let first = try TimestampRequest(over: seal)
        let second = try TimestampRequest(over: seal)
        #expect(first.imprint == second.imprint && first.nonce != second.nonce)
        #expect(first.imprint == (try sha256(CMSSeal.signature(of: seal))))
        #expect(first.der.count < 80)
        try workshop.write(first.der, to: "query")
        let shown = try await workshop.openssl(["ts", "-query", "-in", "query", "-text"])
        #expect(shown.output.contains("Hash Algorithm: sha256"))
        #expect(shown.output.contains("Certificate required: yes"))
        #expect(shown.output.contains("Nonce: 0x"))
    }

    @Test("a timestamp goes to its own seal alone")
    func anotherSeal() async throws {
        let workshop = try Workshop()
        let local = try await LocalAuthority()
        // RSA, so that the signatures are of one length.
        try await workshop.issue("rsa", key: Workshop.rsa)
        let identity = try workshop.identity("rsa")
        let other = agreement + [0x0A]
        let seals = try [agreement, other].map { try CMSSeal.make(over: $0, by: identity, at: soon) }
        let request = try TimestampRequest(over: seals[0])
        let token = try TimestampToken(response: local.reply(to: request.der), to: request, trusting: [])
        let refused = failure { () throws(SigningError) in try CMSSeal.attach(token, to: seals[1]) }
        #expect(refused == .timestampOfAnother)

        // The other seal's digest and signature within the stamped seal: the seal is right, its timestamp is not.
        let stamped = try CMSSeal.attach(token, to: seals[0])
        let spliced = try stamped.replacing(sha256(agreement), with: sha256(other))
            .replacing(CMSSeal.signature(of: seals[0]), with: CMSSeal.signature(of: seals[1]))
        #expect(try await workshop.auditorAccepts(spliced, over: other, trusting: identity.certificatePEM))
        #expect(refusal(of: spliced, over: other, trusting: [identity.certificate]) == .timestampOfAnother)
    }

    @Test("the signer's certificate is judged at the timestamp when its authority is trusted")
    func timeThatCounts() async throws {
        let local = try await LocalAuthority()
        let identity = try someIdentity(validity: date("2020-01-01")...date("2021-01-01"))
        let seal = try CMSSeal.make(over: agreement, by: identity, at: date("2020-06-01"))
        let request = try TimestampRequest(over: seal)
        let token = try TimestampToken(response: local.reply(to: request.der), to: request, trusting: [])
        #expect(!token.isTrusted)
        let stamped = try CMSSeal.attach(token, to: seal)
        let anchors = [identity.certificate]

        let claimed = try CMSSeal.verify(stamped, over: agreement, trusting: anchors)
        #expect(claimed.timestamp?.isTrusted == false)
        let backdated = failure { () throws(SigningError) in
            try CMSSeal.verify(stamped, over: agreement, trusting: anchors, authorities: [local.root])
        }
        #expect(backdated == .expiredAtSigning)
        let stranger = failure { () throws(SigningError) in
            try CMSSeal.verify(stamped, over: agreement, trusting: anchors, authorities: anchors)
        }
        #expect(stranger == .authorityNotTrusted)
    }

    private func withHTTP<Result>(
        _ body: (CurlClient) async throws -> Result
    ) async throws -> Result {
        let client = CurlClient(policy: try EgressPolicy(exceptions: ["127.0.0.1"]), logger: .quiet)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private func outcome(
        _ body: (CurlClient) async throws(SigningError) -> [UInt8]
    ) async -> SigningError? {
        do {
            _ = try await withHTTP(body)
            return nil
        } catch {
            return error as? SigningError
        }
    }
}
