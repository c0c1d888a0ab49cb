internal import COpenSSL

public import struct Foundation.Date

/// Seals bytes so that whoever has the seal, the bytes and the signer's certificate can check them without Obhut.
///
/// A seal is a detached CMS signature (RFC 5652) in DER, with the attributes of CAdES-BES (ETSI EN 319 122-1): content
/// type, message digest, signing time and signing certificate. OpenSSL alone checks it:
///
/// ```
/// openssl cms -verify -cades -purpose any -binary -inform DER -in SEAL -content FILE -CAfile PEM -out /dev/null
/// ```
public enum CMSSeal {
    /// Makes a seal with SHA-256. Takes a few milliseconds with RSA and a fifth of one with P-256, and about one more
    /// for each MiB of content.
    ///
    /// - Parameters:
    ///   - identity: its certificate and chain become part of the seal.
    ///   - moment: the signing time that the seal claims, in whole seconds; the certificate must be valid then.
    public static func make(
        over content: [UInt8], by identity: SigningIdentity, at moment: Date
    ) throws(SigningError) -> [UInt8] {
        try identity.certificate.confirmValid(at: moment)
        let seconds = Int64(try moment.asn1Seconds)
        let flags = UInt32(CMS_DETACHED | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL)
        return try ErrorQueue.isolated { () throws(SigningError) in
            let message = try Owned<MessageObject>(CMS_sign(nil, nil, nil, nil, flags))
            let certificate = identity.certificate.handle.pointer
            guard let signer = CMS_add1_signer(message.pointer, certificate, identity.key.pointer, EVP_sha256(), flags)
            else { throw .openSSL(OpenSSLFailure(ErrorQueue.drain())) }
            try check(obhut_set_signing_time(signer, seconds))
            for other in identity.chain { try check(CMS_add1_cert(message.pointer, other.handle.pointer)) }
            try withReader(content) { (reader) throws(SigningError) in
                try check(CMS_final(message.pointer, reader, nil, flags))
            }
            return try encoded { i2d_CMS_ContentInfo(message.pointer, $0) }
        }
    }

    /// Checks a seal: that it is over this content, and whose it is.
    ///
    /// The signer's certificate must have been valid when the seal was made. The signer alone says when that was,
    /// unless a trusted authority's timestamp does; so an expired certificate does not break the seals made with it.
    ///
    /// - Parameters:
    ///   - anchors: certificates that are believed: the signer's own, or an authority's above it.
    ///   - authorities: likewise for the timestamp. Without any, a timestamp must fit the seal, but its time does not
    ///     count; `TimestampToken.isTrusted` tells.
    public static func verify(
        _ seal: [UInt8], over content: [UInt8], trusting anchors: [Certificate], authorities: [Certificate] = []
    ) throws(SigningError) -> SealFacts {
        try ErrorQueue.isolated { () throws(SigningError) in
            let message = try SealMessage(seal)
            let signer = try message.resolveSigner()
            try message.confirmWhole(over: content)
            guard let signingTime = message.signingTime else { throw .noSigningTime }
            let timestamp = try message.timestamp(trusting: authorities)
            let moment = timestamp.flatMap { $0.isTrusted ? $0.time : nil } ?? signingTime
            try message.confirm(signer, over: content, trust: Trust(anchors, at: moment))
            return SealFacts(signer: signer, signingTime: signingTime, timestamp: timestamp)
        }
    }
}
