import struct Foundation.Date

extension SigningError {
    /// Stable, fit for a metric's label and for an API.
    public var code: String {
        switch self {
        case .noCertificate: "no_certificate"
        case .unreadableCertificate: "unreadable_certificate"
        case .noPrivateKey: "no_private_key"
        case .unreadablePrivateKey: "unreadable_private_key"
        case .passphraseNeeded: "passphrase_needed"
        case .wrongPassphrase: "wrong_passphrase"
        case .keyOfAnotherCertificate: "key_of_another_certificate"
        case .unsuitableKey: "unsuitable_key"
        case .notForSigning: "not_for_signing"
        case .certificateExpired: "certificate_expired"
        case .certificateNotYetValid: "certificate_not_yet_valid"
        case .invalidName: "invalid_name"
        case .invalidTime: "invalid_time"
        case .notASeal: "not_a_seal"
        case .notDetached: "not_detached"
        case .severalSigners: "several_signers"
        case .weakDigest: "weak_digest"
        case .noSigningTime: "no_signing_time"
        case .signerCertificateMissing: "signer_certificate_missing"
        case .contentAltered: "content_altered"
        case .sealAltered: "seal_altered"
        case .signingCertificateDiffers: "signing_certificate_differs"
        case .signerNotTrusted: "signer_not_trusted"
        case .expiredAtSigning: "expired_at_signing"
        case .notYetValidAtSigning: "not_yet_valid_at_signing"
        case .authorityUnreachable: "authority_unreachable"
        case .authorityAnswered: "authority_answered"
        case .notATimestampResponse: "not_a_timestamp_response"
        case .timestampRefused: "timestamp_refused"
        case .timestampInvalid: "timestamp_invalid"
        case .timestampOfAnother: "timestamp_of_another"
        case .timestampNonceDiffers: "timestamp_nonce_differs"
        case .authorityNotTrusted: "authority_not_trusted"
        case .alreadyTimestamped: "already_timestamped"
        case .openSSL: "openssl"
        }
    }

    /// What happened, and what the caller can do where that is not plain.
    public var message: String {
        switch self {
        case .noCertificate: "The PEM text has no certificate."
        case .unreadableCertificate: "A certificate of the PEM text cannot be read."
        case .noPrivateKey: "The PEM text has no private key."
        case .unreadablePrivateKey: "The private key cannot be read."
        case .passphraseNeeded: "The private key is encrypted: give its passphrase."
        case .wrongPassphrase: "The passphrase is not the private key's."
        case .keyOfAnotherCertificate: "The private key does not fit the certificate."
        case .unsuitableKey: "Only RSA keys from 2048 bits and elliptic curves from 256 bits can seal."
        case .notForSigning: "The certificate's key usage does not allow signing."
        case .certificateExpired(let end): "The certificate was valid until \(end)."
        case .certificateNotYetValid(let start): "The certificate is valid from \(start)."
        case .invalidName(let part): "The \(part) does not fit a certificate: 64 characters, a country two letters."
        case .invalidTime: "The time or the validity cannot be written into a certificate or a seal."
        case .notASeal: "These bytes are not a CMS signature in DER."
        case .notDetached: "The seal carries a content of its own; only detached seals count."
        case .severalSigners(let count): "The seal has \(count) signers, where one is expected."
        case .weakDigest: "The seal uses a digest other than SHA-256, SHA-384 and SHA-512."
        case .noSigningTime: "The seal does not say when it was made."
        case .signerCertificateMissing: "The signer's certificate is not in the seal."
        case .contentAltered: "The content is not the one that was sealed."
        case .sealAltered: "The signature does not fit: the seal was altered."
        case .signingCertificateDiffers: "The signature does not name the signer's certificate as CAdES asks."
        case .signerNotTrusted: "The signer's certificate does not lead to a trusted one."
        case .expiredAtSigning: "The signer's certificate, or one above it, had expired when the seal was made."
        case .notYetValidAtSigning: "The signer's certificate, or one above it, was not yet valid at signing."
        case .authorityUnreachable(let error): "The timestamp authority did not answer: \(error)"
        case .authorityAnswered(let status): "The timestamp authority answered with HTTP status \(status)."
        case .notATimestampResponse: "The timestamp authority's answer is not a timestamp response."
        case .timestampRefused(let status): "The timestamp authority gave no timestamp (PKIStatus \(status))."
        case .timestampInvalid: "The timestamp is malformed, or its signature is wrong."
        case .timestampOfAnother: "The timestamp is over something other than this seal."
        case .timestampNonceDiffers: "The timestamp answers another request."
        case .authorityNotTrusted: "The timestamp authority's certificate does not lead to a trusted one."
        case .alreadyTimestamped: "The seal has a timestamp already."
        case .openSSL(let failure): "OpenSSL failed: \(failure)."
        }
    }
}

extension SigningError: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}
