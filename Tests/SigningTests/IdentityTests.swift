import Foundation
import Testing

@testable import Signing

@Suite("Signing identities", .timeLimit(.minutes(5)))
struct IdentityTests {
    /// How `openssl` writes a key, and the passphrase it then needs.
    struct KeyForm: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var command: [String]
        var passphrase: KeyMaterial?
        var parameters: [String] = []
    }

    static let forms = [
        KeyForm(testDescription: "PKCS#8", command: ["pkey", "-in", "a.key", "-out", "k"]),
        KeyForm(testDescription: "SEC 1", command: ["ec", "-in", "a.key", "-out", "k"]),
        KeyForm(
            testDescription: "SEC 1 after its parameters", command: ["ec", "-in", "a.key", "-out", "k"],
            parameters: ["ecparam", "-name", "prime256v1", "-out", "parameters"]),
        KeyForm(
            testDescription: "PKCS#8, encrypted",
            command: ["pkey", "-in", "a.key", "-aes256", "-passout", "pass:correct horse", "-out", "k"],
            passphrase: "correct horse"),
        KeyForm(
            testDescription: "encrypted the old way",
            command: ["ec", "-in", "a.key", "-aes256", "-passout", "pass:correct horse", "-out", "k"],
            passphrase: "correct horse"),
    ]

    @Test("a key is read in every form that openssl writes", arguments: forms)
    func readsEveryForm(form: KeyForm) async throws {
        let workshop = try Workshop()
        try await workshop.issue("a")
        try await workshop.make(form.command)
        let certificate = try workshop.read("a.pem")
        var key = try workshop.read("k")
        if !form.parameters.isEmpty {
            try await workshop.make(form.parameters)
            key = try workshop.read("parameters") + key
        }
        // One text, the key first or last, and two texts.
        for text in [certificate + key, key + certificate] {
            let identity = try SigningIdentity(pem: KeyMaterial(text), passphrase: form.passphrase)
            #expect(identity.subject == "CN=a,O=Test,C=IE")
        }
        let apart = try SigningIdentity(
            certificates: certificate, privateKey: KeyMaterial(key), passphrase: form.passphrase)
        #expect(apart.certificate == (try workshop.certificate("a")))
        guard form.passphrase != nil else { return }
        for (passphrase, expected) in [
            (nil, SigningError.passphraseNeeded), ("wrong", .wrongPassphrase), ("", .wrongPassphrase),
            (KeyMaterial(String(repeating: "x", count: 5000)), .wrongPassphrase),
        ] as [(KeyMaterial?, SigningError)] {
            #expect(
                failure { () throws(SigningError) in
                    try SigningIdentity(pem: KeyMaterial(certificate + key), passphrase: passphrase)
                } == expected)
        }
    }

    @Test("what cannot seal says why")
    func refusals() async throws {
        let workshop = try Workshop()
        try await workshop.issue("a")
        try await workshop.issue("b")
        try await workshop.issue("weak", key: ["-newkey", "rsa:1024"])
        try await workshop.issue("edwards", key: ["-newkey", "ed25519"])
        try await workshop.issue("encipher", extensions: ["keyUsage=critical,keyAgreement"])
        let a = try (workshop.read("a.pem"), workshop.read("a.key"))
        let damaged = a.0.replacing(Array("MII".utf8), with: Array("AII".utf8))
        let noKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        let table: [(String, certificates: [UInt8], key: [UInt8], SigningError)] = [
            ("nothing", [], [], .noCertificate),
            ("a key alone", a.1, a.1, .noCertificate),
            ("a certificate alone", a.0, a.0, .noPrivateKey),
            ("a damaged certificate", damaged, a.1, .unreadableCertificate),
            ("a damaged certificate after a good one", a.0 + damaged, a.1, .unreadableCertificate),
            ("a damaged key", a.0, Array(noKey.utf8), .unreadablePrivateKey),
            ("a key of another", a.0, try workshop.read("b.key"), .keyOfAnotherCertificate),
            ("RSA of 1024 bits", try workshop.read("weak.pem"), try workshop.read("weak.key"), .unsuitableKey),
            ("Ed25519", try workshop.read("edwards.pem"), try workshop.read("edwards.key"), .unsuitableKey),
            ("key agreement", try workshop.read("encipher.pem"), try workshop.read("encipher.key"), .notForSigning),
        ]
        for row in table {
            let found = failure { () throws(SigningError) in
                try SigningIdentity(certificates: row.certificates, privateKey: KeyMaterial(row.key))
            }
            #expect(found == row.3, "\(row.0)")
        }
    }

    @Test("a certificate counts within its validity alone, when read and when sealing")
    func validity() throws {
        let range = try date("2020-01-01")...date("2021-01-01")
        let identity = try someIdentity(validity: range)
        let pem = try identity.pem()
        let before = try date("2019-12-31")
        let after = try date("2021-01-02")
        for moment in [range.lowerBound, range.upperBound] {
            #expect(failure { () throws(SigningError) in try SigningIdentity(pem: pem, validAt: moment) } == nil)
        }
        for (moment, expected) in [
            (before, SigningError.certificateNotYetValid(notBefore: range.lowerBound)),
            (after, .certificateExpired(notAfter: range.upperBound)),
        ] {
            #expect(failure { () throws(SigningError) in try SigningIdentity(pem: pem, validAt: moment) } == expected)
            #expect(
                failure { () throws(SigningError) in
                    try CMSSeal.make(over: agreement, by: identity, at: moment)
                } == expected)
        }
    }

    @Test("the certificate that the key fits is the signer's, the others are its chain, each once")
    func chain() async throws {
        let workshop = try Workshop()
        try await workshop.issueAuthority("ca")
        try await workshop.issue("a", by: "ca")
        let identity = try SigningIdentity(
            certificates: workshop.read("ca.pem") + workshop.read("a.pem") + workshop.read("ca.pem"),
            privateKey: KeyMaterial(workshop.read("a.key")))
        #expect(identity.subject == "CN=a,O=Test,C=IE")
        #expect(identity.chain == [try workshop.certificate("ca")])
        #expect(identity.certificate.issuer == "CN=ca,O=Test,C=IE")
    }

    @Test("a self-signed identity is what it was asked to be, to openssl too")
    func selfSigned() async throws {
        let range = try date("2026-03-01")...date("2051-03-01")
        let identity = try someIdentity("Sceau n° 1", validity: range)
        #expect(identity.subject == "CN=Sceau n° 1,O=Anbieter für Nachrichten GmbH,C=DE")
        #expect(identity.certificate.notBefore == range.lowerBound)
        #expect(identity.notAfter == range.upperBound)

        let workshop = try Workshop()
        try workshop.write(identity.certificatePEM, to: "c.pem")
        let shown = try await workshop.openssl(
            [
                "x509", "-in", "c.pem", "-noout", "-fingerprint", "-sha256", "-serial", "-ext",
                "keyUsage,basicConstraints",
            ])
        let colons = stride(from: 0, to: 64, by: 2).map { identity.fingerprint.uppercased().dropFirst($0).prefix(2) }
        #expect(shown.output.contains(colons.joined(separator: ":")))
        #expect(shown.output.contains("serial=\(identity.certificate.serialNumber.uppercased())\n"))
        #expect(shown.output.contains("CA:FALSE"))
        #expect(shown.output.contains("Digital Signature, Non Repudiation\n"))
    }

    @Test("an identity that was written down is read again", arguments: [nil, "a passphrase"] as [KeyMaterial?])
    func written(passphrase: KeyMaterial?) async throws {
        let identity = try someIdentity()
        let pem = try identity.pem(passphrase: passphrase)
        let text = String(decoding: pem.bytes, as: UTF8.self)
        #expect(text.hasPrefix(identity.certificatePEM))
        #expect(text.contains("BEGIN \(passphrase == nil ? "" : "ENCRYPTED ")PRIVATE KEY-----"))
        let again = try SigningIdentity(pem: pem, passphrase: passphrase)
        #expect(again.certificate == identity.certificate)
        let seal = try CMSSeal.make(over: agreement, by: again, at: soon)
        _ = try CMSSeal.verify(seal, over: agreement, trusting: [identity.certificate])
    }

    @Test(
        "names that a certificate cannot carry are refused",
        arguments: [
            ("", "Seals", "DE", "organisation"), (String(repeating: "o", count: 65), "Seals", "DE", "organisation"),
            ("Example", "", "DE", "common name"), ("Example", "two\nlines", "DE", "common name"),
            ("Example", "Seals", "DEU", "country"), ("Example", "Seals", "", "country"),
            ("Example", "nul\0", "DE", "common name"), (String(repeating: "ö", count: 200), "x", "DE", "organisation"),
        ])
    func names(organisation: String, commonName: String, country: String, part: String) {
        #expect(
            failure { () throws(SigningError) in
                try SigningIdentity.selfSigned(
                    organisation: organisation, commonName: commonName, country: country, validity: soon...soon + 60)
            } == .invalidName(part: part))
    }

    @Test("times that a certificate cannot carry are refused")
    func times() {
        for range in [
            soon...soon, Date.distantPast...soon, soon...Date(timeIntervalSince1970: 1e12),
            soon...Date.distantFuture + 1e15,
        ] {
            #expect(
                failure { () throws(SigningError) in try someSelfSigned(range) } == .invalidTime, "\(range)")
        }
    }

    private func someSelfSigned(_ validity: ClosedRange<Date>) throws(SigningError) -> SigningIdentity {
        try SigningIdentity.selfSigned(organisation: "O", commonName: "CN", country: "DE", validity: validity)
    }

    @Test("no description shows a key")
    func descriptions() throws {
        let identity = try someIdentity()
        let pem = try identity.pem()
        let body = String(decoding: pem.bytes, as: UTF8.self).split(separator: "\n").suffix(3).first.map { String($0) }
        let secret = try #require(body)
        for value in [pem, identity] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(!text.contains(secret) && !text.contains("PRIVATE"))
            }
        }
        #expect("\(identity)".contains(identity.fingerprint))
        #expect("\(pem)" == "•••")
    }
}
