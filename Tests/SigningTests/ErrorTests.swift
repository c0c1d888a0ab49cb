import Outbound
import Testing

@testable import Signing

@Suite("Signing errors")
struct ErrorTests {
    @Test("codes are lower case and a message is a sentence")
    func texts() {
        let errors: [SigningError] = [
            .noCertificate, .unreadableCertificate, .noPrivateKey, .unreadablePrivateKey, .passphraseNeeded,
            .wrongPassphrase, .keyOfAnotherCertificate, .unsuitableKey, .notForSigning,
            .certificateExpired(notAfter: soon),
            .certificateNotYetValid(notBefore: soon), .invalidName(part: "country"), .invalidTime, .notASeal,
            .notDetached, .severalSigners(count: 2), .weakDigest, .noSigningTime, .signerCertificateMissing,
            .contentAltered, .sealAltered, .signingCertificateDiffers, .signerNotTrusted, .expiredAtSigning,
            .notYetValidAtSigning, .authorityUnreachable(OutboundError(kind: .timeout, beforeSending: false)),
            .authorityAnswered(status: 500), .notATimestampResponse, .timestampRefused(status: 2), .timestampInvalid,
            .timestampOfAnother, .timestampNonceDiffers, .authorityNotTrusted, .alreadyTimestamped,
            .openSSL(OpenSSLFailure(reasons: [])),
        ]
        #expect(Set(errors.map(\.code)).count == errors.count)
        for error in errors {
            #expect(error.code.allSatisfy { $0.isLowercase || $0 == "_" }, "\(error)")
            #expect(error.message.first?.isUppercase == true, "\(error)")
            #expect(error.description == "\(error.code): \(error.message)")
        }
    }

    @Test("each piece of work sees its own errors alone, and leaves none")
    func isolation() throws {
        let identity = try someIdentity()
        #expect(refusal(of: agreement, over: agreement, trusting: [identity.certificate]) == .notASeal)
        #expect(ErrorQueue.drain().isEmpty)
        _ = failure { () throws(SigningError) in try Certificate(pem: "-----BEGIN CERTIFICATE-----\n") }
        #expect(ErrorQueue.drain().isEmpty)
        let seal = try CMSSeal.make(over: agreement, by: identity, at: soon)
        #expect(refusal(of: seal, over: [], trusting: [identity.certificate]) == .contentAltered)
        #expect(ErrorQueue.drain().isEmpty)
    }
}
