internal import COpenSSL

public import struct Foundation.Date

extension SigningIdentity {
    /// Makes an identity that vouches for itself, for installations without a certificate from an authority.
    ///
    /// The key is on P-256, the most widely taken of the curves, and is made at once, where RSA would take up to a
    /// second. The certificate is for signing alone (digitalSignature, nonRepudiation) and can issue no other.
    ///
    /// - Parameters:
    ///   - organisation: the provider's legal name, 64 characters at most; likewise `commonName`.
    ///   - country: two letters (ISO 3166-1).
    ///   - validity: whole seconds count.
    public static func selfSigned(
        organisation: String, commonName: String, country: String, validity: ClosedRange<Date>
    ) throws(SigningError) -> SigningIdentity {
        let start = try validity.lowerBound.asn1Seconds
        let end = try validity.upperBound.asn1Seconds
        guard start < end else { throw .invalidTime }
        return try ErrorQueue.isolated { () throws(SigningError) in
            let key = Shared<KeyObject>(try taken(obhut_make_p256_key()))
            let certificate = Shared<CertificateObject>(try taken(X509_new()))
            let pointer = certificate.pointer
            // Version 3 is written as 2.
            try check(X509_set_version(pointer, 2))
            try setSerialNumber(pointer)
            try check(ASN1_TIME_set(X509_getm_notBefore(pointer), start) == nil ? 0 : 1)
            try check(ASN1_TIME_set(X509_getm_notAfter(pointer), end) == nil ? 0 : 1)
            let name = X509_get_subject_name(pointer)
            try add(country, as: "C", called: "country", to: name)
            try add(organisation, as: "O", called: "organisation", to: name)
            try add(commonName, as: "CN", called: "common name", to: name)
            try check(X509_set_issuer_name(pointer, name))
            try check(X509_set_pubkey(pointer, key.pointer))
            try check(obhut_add_extension(pointer, NID_basic_constraints, "critical,CA:FALSE"))
            try check(obhut_add_extension(pointer, NID_key_usage, "critical,digitalSignature,nonRepudiation"))
            try check(obhut_add_extension(pointer, NID_subject_key_identifier, "hash"))
            try check(X509_sign(pointer, key.pointer, EVP_sha256()))
            // Read anew, as everybody else will: what was built piece by piece keeps traces of the building.
            let der = try encoded { i2d_X509(pointer, $0) }
            let final = try Owned<CertificateObject>(der: der, orThrow: .unreadableCertificate) {
                d2i_X509(nil, $0, $1)
            }
            return SigningIdentity(certificate: try Certificate(sharing: final.pointer), others: [], key: key)
        }
    }

    private static func taken(_ pointer: OpaquePointer?) throws(SigningError) -> OpaquePointer {
        guard let pointer else { throw .openSSL(OpenSSLFailure(ErrorQueue.drain())) }
        return pointer
    }

    /// 126 random bits and a one before them: positive, and never shorter.
    private static func setSerialNumber(_ certificate: OpaquePointer) throws(SigningError) {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[0] = bytes[0] & 0x3F | 0x40
        try check(ASN1_STRING_set(X509_get_serialNumber(certificate), bytes, Int32(bytes.count)))
    }

    private static func add(
        _ value: String, as field: String, called part: String, to name: OpaquePointer?
    ) throws(SigningError) {
        let bytes = Array(value.utf8)
        // A control character would make the name's printed form look like another's.
        let isClean = !value.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isClean, !bytes.isEmpty, bytes.count <= 256,
            X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
        else { throw .invalidName(part: part) }
    }
}
