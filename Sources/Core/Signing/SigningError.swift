public import Outbound

public import struct Foundation.Date

/// Why a seal was not made or does not hold. Quotes no key material and nothing of what was sealed.
public enum SigningError: Error, Sendable, Hashable {
    // Certificates and keys.

    /// The PEM text has no certificate.
    case noCertificate
    case unreadableCertificate
    /// The PEM text has no private key.
    case noPrivateKey
    case unreadablePrivateKey
    /// The private key is encrypted, and no passphrase was given.
    case passphraseNeeded
    case wrongPassphrase
    /// The private key fits none of the certificates.
    case keyOfAnotherCertificate
    /// Neither RSA of 2048 bits or more nor an elliptic curve of 256 bits or more.
    case unsuitableKey
    /// The certificate's key usage has neither digitalSignature nor nonRepudiation.
    case notForSigning
    case certificateExpired(notAfter: Date)
    case certificateNotYetValid(notBefore: Date)
    /// A part of a name that X.509 does not take: 64 characters at most, and two letters for a country.
    case invalidName(part: String)
    /// A time that a certificate or a seal cannot carry, or a validity that ends before it begins.
    case invalidTime

    // Seals.

    /// Not a CMS SignedData in DER, or something follows it.
    case notASeal
    /// The seal carries a content of its own, which need not be the one asked about.
    case notDetached
    case severalSigners(count: Int)
    /// The digest is none of SHA-256, SHA-384 and SHA-512.
    case weakDigest
    case noSigningTime
    /// The signer's certificate is not in the seal.
    case signerCertificateMissing
    /// The signature is right, but for another content.
    case contentAltered
    /// The signature does not fit what it signs: the seal itself was altered.
    case sealAltered
    /// The seal names no signing certificate (CAdES-BES), or another one than its signer's.
    case signingCertificateDiffers
    /// No chain leads from the signer's certificate to a trusted one.
    case signerNotTrusted
    case expiredAtSigning
    case notYetValidAtSigning

    // Timestamps.

    /// The request did not reach the authority, or its answer did not reach us.
    case authorityUnreachable(OutboundError)
    /// The authority answered with an HTTP status other than 200.
    case authorityAnswered(status: Int)
    case notATimestampResponse
    /// The authority gave no timestamp. The status is RFC 3161's PKIStatus: 2 rejection, 3 waiting, 4 and 5 revocation.
    case timestampRefused(status: Int)
    /// Not a token as RFC 3161 has it, or its signature is wrong.
    case timestampInvalid
    /// The timestamp is over something else.
    case timestampOfAnother
    /// The response is one to another request.
    case timestampNonceDiffers
    case authorityNotTrusted
    case alreadyTimestamped

    /// What should not happen: OpenSSL failed where nothing given to it explains it.
    case openSSL(OpenSSLFailure)
}

/// Reasons of OpenSSL's own, innermost first: fixed phrases. The data that it attaches to them is left out.
public struct OpenSSLFailure: Sendable, Hashable, CustomStringConvertible {
    public let reasons: [String]

    public var description: String { reasons.isEmpty ? "no reason given" : reasons.joined(separator: ", ") }
}
