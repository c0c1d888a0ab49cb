internal import COpenSSL

internal import struct Foundation.Date

/// A seal as OpenSSL reads it: signed data, detached, with one signer. Nothing of it is believed yet.
struct SealMessage: ~Copyable {
    private let message: Owned<MessageObject>
    /// Belongs to the message.
    let signer: OpaquePointer

    init(_ seal: [UInt8]) throws(SigningError) {
        let message = try Owned<MessageObject>(der: seal, orThrow: .notASeal) { d2i_CMS_ContentInfo(nil, $0, $1) }
        guard OBJ_obj2nid(CMS_get0_type(message.pointer)) == NID_pkcs7_signed else { throw .notASeal }
        guard CMS_is_detached(message.pointer) == 1 else { throw .notDetached }
        let count = obhut_signer_count(message.pointer)
        guard count == 1, let signer = obhut_signer(message.pointer) else {
            throw count > 1 ? .severalSigners(count: Int(count)) : .notASeal
        }
        self.message = message
        self.signer = signer
    }

    func encode() throws(SigningError) -> [UInt8] {
        try encoded { i2d_CMS_ContentInfo(message.pointer, $0) }
    }

    var signature: [UInt8] { [UInt8](CMS_SignerInfo_get0_signature(signer)) }

    var signingTime: Date? { Date(obhut_signing_time(signer)) }

    /// The timestamp's DER as it stands in the seal.
    var timestampDER: [UInt8]? {
        get throws(SigningError) {
            var start: UnsafePointer<UInt8>?
            var length = 0
            switch obhut_timestamp(signer, &start, &length) {
            case 0: return nil
            case 1: return Array(UnsafeBufferPointer(start: start, count: length))
            default: throw .timestampInvalid
            }
        }
    }

    func timestamp(trusting authorities: [Certificate]) throws(SigningError) -> TimestampToken? {
        guard let der = try timestampDER else { return nil }
        return try TimestampToken(der: der, imprint: sha256(signature), trusting: authorities)
    }

    /// Finds the signer's certificate among those of the seal.
    func resolveSigner() throws(SigningError) -> Certificate {
        guard [NID_sha256, NID_sha384, NID_sha512].contains(obhut_signer_digest(signer)) else { throw .weakDigest }
        guard CMS_set1_signers_certs(message.pointer, nil, 0) == 1,
            let certificate = obhut_signer_certificate(signer)
        else { throw .signerCertificateMissing }
        return try Certificate(sharing: certificate)
    }

    /// Whether the signature is right, and over this content; whose it is does not matter yet.
    func confirmWhole(over content: [UInt8]) throws(SigningError) {
        let flags = UInt32(CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY)
        let isWhole = try withReader(content) { reader in
            obhut_can_digest(message.pointer, reader) == 1
                && CMS_verify(message.pointer, nil, nil, reader, nil, flags) == 1
        }
        guard !isWhole else { return }
        throw ErrorQueue.drain().has(ERR_LIB_CMS, CMS_R_CONTENT_VERIFY_ERROR) ? .contentAltered : .sealAltered
    }

    /// Whether the signer is believed, and the signature names the signer's certificate.
    func confirm(
        _ certificate: Certificate, over content: [UInt8], trust: borrowing Trust
    ) throws(SigningError) {
        guard certificate.allowsSigning else { throw .notForSigning }
        let others = try Owned<CertificateStack>(CMS_get1_certs(message.pointer))
        try trust.confirm(certificate.handle.pointer, intermediates: others.pointer)
        let store = trust.store.pointer
        let isConfirmed = try withReader(content) {
            CMS_verify(message.pointer, nil, store, $0, nil, UInt32(CMS_BINARY | CMS_CADES)) == 1
        }
        guard isConfirmed else { throw .signingCertificateDiffers }
    }
}
