internal import COpenSSL

public import struct Foundation.Date

/// A timestamp (RFC 3161) that was checked: an authority says that a signature existed at a time.
public struct TimestampToken: Sendable, Hashable {
    /// A CMS SignedData, as `openssl ts -verify -token_in` takes it.
    public let der: [UInt8]
    /// In whole seconds.
    public let time: Date
    /// Hexadecimal; unique with the authority.
    public let serialNumber: String
    /// The certificate that the authority signed with.
    public let authority: Certificate
    /// Whether a chain led from that certificate to one of those given as trusted.
    public let isTrusted: Bool
    /// SHA-256 of what the timestamp is over.
    let imprint: [UInt8]

    /// Reads an authority's response: its status, that it answers this request, and its signature.
    ///
    /// - Parameter authorities: certificates that are believed. Without any the signature must be right and its
    ///   certificate one for timestamping, but who the authority is remains open.
    public init(
        response: [UInt8], to request: TimestampRequest, trusting authorities: [Certificate]
    ) throws(SigningError) {
        self = try ErrorQueue.isolated { () throws(SigningError) in
            let object = try Owned<TimestampResponseObject>(der: response, orThrow: .notATimestampResponse) {
                d2i_TS_RESP(nil, $0, $1)
            }
            let status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(object.pointer)))
            // 0 is granted, 1 is granted with modifications.
            guard status == 0 || status == 1 else { throw .timestampRefused(status: status) }
            guard let token = TS_RESP_get_token(object.pointer) else { throw .notATimestampResponse }
            let der = try encoded { i2d_PKCS7(token, $0) }
            return try TimestampToken(
                der: der, imprint: request.imprint, nonce: request.nonce, trusting: authorities)
        }
    }

    /// Reads the token itself. To be called within `ErrorQueue.isolated`.
    ///
    /// - Parameter nonce: `nil` when the request is no longer known, as with a timestamp that was kept.
    init(
        der: [UInt8], imprint: [UInt8], nonce: UInt64? = nil, trusting authorities: [Certificate]
    ) throws(SigningError) {
        let object = try Owned<TokenObject>(der: der, orThrow: .timestampInvalid) {
            d2i_PKCS7(nil, $0, $1).map { OpaquePointer($0) }
        }
        let token = UnsafeMutablePointer<PKCS7>(object.pointer)
        let info = try Owned<TimestampInfoObject>(obhut_token_info(token), orThrow: .timestampInvalid)
        guard let time = Date(TS_TST_INFO_get_time(info.pointer)), let signer = obhut_token_certificate(token) else {
            throw .timestampInvalid
        }
        let authority = try Certificate(taking: signer)
        // Believing the token's own certificate leaves everything but the question whose it is.
        let trust = try Trust(authorities.isEmpty ? [authority] : authorities, at: time)
        try Self.confirm(token, imprint: imprint, nonce: nonce, trust: trust)
        self.der = der
        self.time = time
        self.authority = authority
        self.imprint = imprint
        serialNumber = [UInt8](TS_TST_INFO_get_serial(info.pointer)).hexadecimal
        isTrusted = !authorities.isEmpty
    }

    private static func confirm(
        _ token: UnsafeMutablePointer<PKCS7>, imprint: [UInt8], nonce: UInt64?, trust: borrowing Trust
    ) throws(SigningError) {
        let request = try TimestampRequest.object(imprint: imprint, nonce: nonce)
        // Makes a check of everything that the request states: imprint, version and nonce.
        let check = try Owned<TimestampCheckObject>(TS_REQ_to_TS_VERIFY_CTX(request.pointer, nil))
        _ = TS_VERIFY_CTX_add_flags(check.pointer, Int32(TS_VFY_SIGNATURE))
        // The check frees the store that it is given.
        try Signing.check(X509_STORE_up_ref(trust.store.pointer))
        _ = TS_VERIFY_CTX_set_store(check.pointer, trust.store.pointer)
        guard TS_RESP_verify_token(check.pointer, token) != 1 else { return }
        throw Self.failure(ErrorQueue.drain())
    }

    private static func failure(_ errors: [ErrorQueue.Entry]) -> SigningError {
        let holds = { reason in errors.has(ERR_LIB_TS, reason) }
        if holds(TS_R_MESSAGE_IMPRINT_MISMATCH) { return .timestampOfAnother }
        if holds(TS_R_NONCE_MISMATCH) || holds(TS_R_NONCE_NOT_RETURNED) { return .timestampNonceDiffers }
        return holds(TS_R_CERTIFICATE_VERIFY_ERROR) ? .authorityNotTrusted : .timestampInvalid
    }
}
