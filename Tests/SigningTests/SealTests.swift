import Foundation
import Testing

@testable import Signing

@Suite("Seals", .timeLimit(.minutes(5)))
struct SealTests {
    /// Who seals in a row of the table.
    enum Signer: String, CaseIterable, Sendable {
        case selfSigned = "P-256, self-signed"
        case rsa = "RSA, self-signed"
        case chained = "P-256, from an authority"
    }

    /// The identity, and the certificate that an auditor is given.
    private func sealing(_ signer: Signer, in workshop: Workshop) async throws -> (SigningIdentity, Certificate) {
        switch signer {
        case .selfSigned:
            let identity = try someIdentity()
            return (identity, identity.certificate)
        case .rsa:
            try await workshop.issue("rsa", key: Workshop.rsa)
            return (try workshop.identity("rsa"), try workshop.certificate("rsa"))
        case .chained:
            try await workshop.issueAuthority("root")
            try await workshop.issue(
                "middle", by: "root",
                extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])
            try await workshop.issue("leaf", by: "middle")
            return (try workshop.identity("leaf", others: ["middle"]), try workshop.certificate("root"))
        }
    }

    @Test("what we seal, we and openssl accept; what was altered by one byte, neither", arguments: Signer.allCases)
    func sealHolds(signer: Signer) async throws {
        let workshop = try Workshop()
        let (identity, anchor) = try await sealing(signer, in: workshop)
        for content in [agreement, [], (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }] {
            let seal = try CMSSeal.make(over: content, by: identity, at: soon)
            let facts = try CMSSeal.verify(seal, over: content, trusting: [anchor])
            #expect(facts == SealFacts(signer: identity.certificate, signingTime: soon, timestamp: nil))
            #expect(try await workshop.auditorAccepts(seal, over: content, trusting: anchor.pem))
            #expect(
                try await workshop.auditorAccepts(
                    seal, over: content, trusting: anchor.pem, options: ["-cades", "-purpose", "any"]))

            let altered = content.isEmpty ? [0] : content.dropLast() + [content[content.count - 1] ^ 1]
            #expect(refusal(of: seal, over: altered, trusting: [anchor]) == .contentAltered)
            #expect(try await !workshop.auditorAccepts(seal, over: altered, trusting: anchor.pem))

            // The signature's last byte is the seal's.
            var broken = seal
            broken[broken.count - 1] ^= 1
            #expect(refusal(of: broken, over: content, trusting: [anchor]) == .sealAltered)
            #expect(try await !workshop.auditorAccepts(broken, over: content, trusting: anchor.pem))
        }
    }

    @Test("a seal is believed by its signer's certificate and by those above it, and by no other")
    func trust() async throws {
        let workshop = try Workshop()
        let (identity, root) = try await sealing(.chained, in: workshop)
        let middle = try workshop.certificate("middle")
        let stranger = try someIdentity("Stranger")
        let seal = try CMSSeal.make(over: agreement, by: identity, at: soon)
        for anchors in [[root], [middle], [identity.certificate], [stranger.certificate, root]] {
            #expect(refusal(of: seal, over: agreement, trusting: anchors) == nil)
        }
        for anchors in [[], [stranger.certificate]] {
            #expect(refusal(of: seal, over: agreement, trusting: anchors) == .signerNotTrusted)
        }
        #expect(try await !workshop.auditorAccepts(seal, over: agreement, trusting: stranger.certificatePEM))

        // Same name, another key.
        let impostor = try CMSSeal.make(over: agreement, by: try someIdentity("Stranger"), at: soon)
        #expect(refusal(of: impostor, over: agreement, trusting: [stranger.certificate]) == .signerNotTrusted)
        #expect(try await !workshop.auditorAccepts(impostor, over: agreement, trusting: stranger.certificatePEM))
    }

    @Test("a certificate that expired since does not break its seals; one that had expired when sealing does")
    func expiry() async throws {
        let workshop = try Workshop()
        let identity = try someIdentity(validity: date("2020-01-01")...date("2021-01-01"))
        let signingTime = try date("2020-06-01")
        let seal = try CMSSeal.make(over: agreement, by: identity, at: signingTime)
        let facts = try CMSSeal.verify(seal, over: agreement, trusting: [identity.certificate])
        #expect(facts.signingTime == signingTime)
        let pem = identity.certificatePEM
        #expect(try await !workshop.auditorAccepts(seal, over: agreement, trusting: pem))
        let then = ["-attime", "\(Int(signingTime.timeIntervalSince1970))"]
        #expect(try await workshop.auditorAccepts(seal, over: agreement, trusting: pem, options: then))

        // The openssl command seals now, and asks for no validity.
        let future = try someIdentity(validity: date("2040-01-01")...date("2041-01-01"))
        for (signer, expected) in [(identity, SigningError.expiredAtSigning), (future, .notYetValidAtSigning)] {
            try workshop.write(signer.pem().bytes, to: "signer.pem")
            let late = try await commandSeal(in: workshop, ["-cades"])
            #expect(refusal(of: late, over: agreement, trusting: [signer.certificate]) == expected)
            #expect(try await !workshop.auditorAccepts(late, over: agreement, trusting: signer.certificatePEM))
        }
    }

    @Test(
        "CMS in other shapes is refused for what it lacks",
        arguments: [
            (["-cades"], nil),
            ([], .signingCertificateDiffers),
            (["-cades", "-nodetach"], .notDetached),
            (["-cades", "-signer", "other.pem", "-inkey", "other.key"], .severalSigners(count: 2)),
            (["-cades", "-md", "sha1"], .weakDigest),
            (["-cades", "-md", "sha512"], nil),
            (["-cades", "-nocerts"], .signerCertificateMissing),
            (["-noattr"], .noSigningTime),
        ] as [([String], SigningError?)])
    func shapes(options: [String], expected: SigningError?) async throws {
        let workshop = try Workshop()
        let identity = try someIdentity()
        try await workshop.issue("other")
        try workshop.write(identity.pem().bytes, to: "signer.pem")
        let seal = try await commandSeal(in: workshop, options)
        #expect(refusal(of: seal, over: agreement, trusting: [identity.certificate]) == expected)
    }

    @Test("what is no signature is refused as such")
    func noSeals() async throws {
        let workshop = try Workshop()
        let identity = try someIdentity()
        let seal = try CMSSeal.make(over: agreement, by: identity, at: soon)
        try workshop.write(agreement, to: "content")
        try await workshop.make(
            ["cms", "-digest_create", "-binary", "-in", "content", "-outform", "DER", "-out", "digest"])
        let table: [(String, [UInt8])] = [
            ("nothing", []), ("text", agreement), ("one byte", [0x30]), ("cut off", seal.dropLast()),
            ("a byte too many", seal + [0]), ("twice", seal + seal), ("a certificate", identity.certificate.der),
            ("CMS of another type", try workshop.read("digest")),
            ("PEM", Array("-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n".utf8)),
        ]
        for (name, bytes) in table {
            #expect(refusal(of: bytes, over: agreement, trusting: [identity.certificate]) == .notASeal, "\(name)")
            #expect(failure { () throws(SigningError) in try CMSSeal.signature(of: bytes) } == .notASeal, "\(name)")
        }
    }

    @Test("a certificate put in the place of the signer's, for the same key, is noticed")
    func substitutedCertificate() async throws {
        let workshop = try Workshop()
        // RSA signatures are of one length, and so are these certificates, which differ in their validity.
        try await workshop.make(["genrsa", "-out", "a.key", "2048"])
        for (name, days) in [("a", "100"), ("b", "200")] {
            try await workshop.make(
                ["req", "-x509", "-key", "a.key", "-subj", "/CN=same", "-set_serial", "77", "-days", days]
                    + ["-addext", "basicConstraints=critical,CA:FALSE", "-out", "\(name).pem"])
        }
        let identity = try workshop.identity("a")
        let other = try workshop.certificate("b")
        try #require(identity.certificate.der.count == other.der.count)
        let seal = try CMSSeal.make(over: agreement, by: identity, at: soon)
            .replacing(identity.certificate.der, with: other.der)
        #expect(refusal(of: seal, over: agreement, trusting: [other]) == .signingCertificateDiffers)
    }

    @Test("a certificate that does not allow signing does not count, whoever signed with it")
    func keyUsage() async throws {
        let workshop = try Workshop()
        try await workshop.issue("signer", extensions: ["keyUsage=critical,keyAgreement"])
        try workshop.write(workshop.read("signer.pem") + workshop.read("signer.key"), to: "signer.pem")
        let seal = try await commandSeal(in: workshop, ["-cades"])
        let certificate = try workshop.certificate("signer")
        #expect(refusal(of: seal, over: agreement, trusting: [certificate]) == .notForSigning)
    }

    @Test("a hundred seals at once, with one identity")
    func concurrency() async throws {
        let identity = try someIdentity()
        let count = try await withThrowingTaskGroup(of: SealFacts.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let content = agreement + Array("\(number)".utf8)
                    let seal = try CMSSeal.make(over: content, by: identity, at: soon)
                    #expect(refusal(of: seal, over: agreement, trusting: [identity.certificate]) == .contentAltered)
                    return try CMSSeal.verify(seal, over: content, trusting: [identity.certificate])
                }
            }
            return try await group.reduce(into: 0) { count, facts in
                if facts.signer == identity.certificate, facts.signingTime == soon { count += 1 }
            }
        }
        #expect(count == 100)
    }

    /// What the openssl command seals with `signer.pem`.
    private func commandSeal(in workshop: Workshop, _ options: [String]) async throws -> [UInt8] {
        try workshop.write(agreement, to: "content")
        try await workshop.make(
            ["cms", "-sign", "-binary", "-in", "content", "-signer", "signer.pem", "-outform", "DER", "-out", "seal"]
                + options)
        return try workshop.read("seal")
    }
}

/// Why a seal does not hold; `nil` when it does.
func refusal(of seal: [UInt8], over content: [UInt8], trusting anchors: [Certificate]) -> SigningError? {
    failure { () throws(SigningError) in try CMSSeal.verify(seal, over: content, trusting: anchors) }
}
