internal import COpenSSL

public import struct Foundation.Date

/// Who seals: a certificate, those above it, and the private key. Its descriptions show the certificate alone.
public struct SigningIdentity: Sendable {
    public let certificate: Certificate
    /// The certificates that lead from it to its authority's; empty when it is its own issuer.
    public let chain: [Certificate]
    let key: Shared<KeyObject>

    /// Reads certificate, chain and private key from one PEM text, in any order.
    ///
    /// - Parameters:
    ///   - pem: the certificate that the key fits is the signer's, the others are its chain.
    ///   - passphrase: of the private key, when it is encrypted.
    ///   - moment: the certificate must be valid then.
    public init(
        pem: KeyMaterial, passphrase: KeyMaterial? = nil, validAt moment: Date = Date()
    ) throws(SigningError) {
        try self.init(certificates: pem.bytes, privateKey: pem, passphrase: passphrase, validAt: moment)
    }

    /// Reads the same from two PEM texts.
    public init(
        certificates: [UInt8], privateKey: KeyMaterial, passphrase: KeyMaterial? = nil, validAt moment: Date = Date()
    ) throws(SigningError) {
        let found = try Certificate.all(inPEM: certificates)
        let key = try ErrorQueue.isolated { () throws(SigningError) in
            try Self.readKey(privateKey.bytes, passphrase: passphrase?.bytes)
        }
        let fitting = try ErrorQueue.isolated { () throws(SigningError) in
            found.firstIndex { X509_check_private_key($0.handle.pointer, key.pointer) == 1 }
        }
        guard let fitting else { throw .keyOfAnotherCertificate }
        let certificate = found[fitting]
        guard certificate.allowsSigning else { throw .notForSigning }
        try certificate.confirmValid(at: moment)
        self.init(certificate: certificate, others: found, key: key)
    }

    /// - Parameter others: may repeat themselves, and the certificate: CMS wants each once.
    init(certificate: Certificate, others: [Certificate], key: Shared<KeyObject>) {
        var seen: Set = [certificate]
        self.certificate = certificate
        self.chain = others.filter { seen.insert($0).inserted }
        self.key = key
    }

    public var subject: String { certificate.subject }
    /// SHA-256 of the certificate's DER, hexadecimal.
    public var fingerprint: String { certificate.fingerprint }
    public var notAfter: Date { certificate.notAfter }
    /// What an auditor is given to check seals with.
    public var certificatePEM: String { certificate.pem }

    /// Certificate, chain and private key to write down; `init(pem:)` reads it.
    ///
    /// - Parameter passphrase: encrypts the key (PKCS#8, AES-256); without one it stands in the clear.
    public func pem(passphrase: KeyMaterial? = nil) throws(SigningError) -> KeyMaterial {
        let key = try ErrorQueue.isolated { () throws(SigningError) in
            try written { writer in
                guard let phrase = passphrase?.bytes else {
                    return obhut_write_private_key(writer, self.key.pointer, nil, 0)
                }
                return obhut_write_private_key(writer, self.key.pointer, phrase, phrase.count)
            }
        }
        return KeyMaterial(Array(([certificate] + chain).map(\.pem).joined().utf8) + key)
    }

    private static func readKey(_ pem: [UInt8], passphrase: [UInt8]?) throws(SigningError) -> Shared<KeyObject> {
        guard pem.firstRange(of: Array("PRIVATE KEY-----".utf8)) != nil else { throw .noPrivateKey }
        var wasAsked: Int32 = 0
        let pointer = try withReader(pem) { reader in
            guard let passphrase else { return obhut_read_private_key(reader, nil, 0, &wasAsked) }
            return obhut_read_private_key(reader, passphrase, passphrase.count, &wasAsked)
        }
        guard let pointer else {
            if wasAsked == 0 { throw .unreadablePrivateKey }
            throw passphrase == nil ? .passphraseNeeded : .wrongPassphrase
        }
        let key = Shared<KeyObject>(pointer)
        let least: Int32
        switch EVP_PKEY_get_base_id(pointer) {
        case EVP_PKEY_RSA: least = 2048
        case EVP_PKEY_EC: least = 256
        default: throw .unsuitableKey
        }
        guard EVP_PKEY_get_bits(pointer) >= least else { throw .unsuitableKey }
        return key
    }
}

extension SigningIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SigningIdentity(\(subject), \(fingerprint))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["certificate": certificate.description]) }
}
