internal import COpenSSL

public import struct Foundation.Data
public import struct Foundation.Date

/// An X.509 certificate, of a signer or of an authority.
public struct Certificate: Sendable {
    /// As RFC 2253 writes it, most specific part first: `CN=Seals,O=Example Ltd,C=IE`.
    public let subject: String
    public let issuer: String
    /// Hexadecimal, lower case.
    public let serialNumber: String
    /// SHA-256 of the DER, hexadecimal, lower case, without colons.
    public let fingerprint: String
    public let notBefore: Date
    public let notAfter: Date
    public let der: [UInt8]
    let handle: Shared<CertificateObject>

    /// Reads a PEM text's only certificate, or its first.
    public init(pem: String) throws(SigningError) {
        self = try Self.all(inPEM: Array(pem.utf8))[0]
    }

    /// Reads every certificate of a PEM text, in order; there is at least one.
    public static func all(inPEM bytes: [UInt8]) throws(SigningError) -> [Certificate] {
        try ErrorQueue.isolated { () throws(SigningError) in
            try withReader(bytes) { (reader) throws(SigningError) in
                var found: [Certificate] = []
                while let pointer = obhut_read_certificate(reader) { found.append(try Certificate(taking: pointer)) }
                // The end of the text looks like one more certificate without a beginning.
                let errors = ErrorQueue.drain()
                guard errors.allSatisfy({ $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE }) else {
                    throw .unreadableCertificate
                }
                guard !found.isEmpty else { throw .noCertificate }
                return found
            }
        }
    }

    /// Takes OpenSSL's object over.
    init(taking pointer: OpaquePointer) throws(SigningError) {
        let handle = Shared<CertificateObject>(pointer)
        guard let notBefore = Date(X509_get0_notBefore(pointer)), let notAfter = Date(X509_get0_notAfter(pointer))
        else { throw .unreadableCertificate }
        self.handle = handle
        self.notBefore = notBefore
        self.notAfter = notAfter
        der = try encoded { i2d_X509(pointer, $0) }
        fingerprint = try sha256(der).hexadecimal
        serialNumber = [UInt8](X509_get0_serialNumber(pointer)).hexadecimal
        subject = try Self.text(X509_get_subject_name(pointer))
        issuer = try Self.text(X509_get_issuer_name(pointer))
    }

    /// A further reference to an object that somebody else owns.
    init(sharing pointer: OpaquePointer) throws(SigningError) {
        try check(X509_up_ref(pointer))
        try self.init(taking: pointer)
    }

    public var pem: String {
        let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n"
    }

    /// Without a key usage a certificate allows every use (RFC 5280, 4.2.1.3).
    var allowsSigning: Bool {
        X509_get_key_usage(handle.pointer) & UInt32(X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION) != 0
    }

    func confirmValid(at moment: Date) throws(SigningError) {
        guard moment >= notBefore else { throw .certificateNotYetValid(notBefore: notBefore) }
        guard moment <= notAfter else { throw .certificateExpired(notAfter: notAfter) }
    }

    private static func text(_ name: OpaquePointer?) throws(SigningError) -> String {
        String(decoding: try written { obhut_write_name($0, name) }, as: UTF8.self)
    }
}

extension Certificate: Hashable {
    public static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }

    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension Certificate: CustomStringConvertible {
    public var description: String { "Certificate(\(subject), \(fingerprint))" }
}
