internal import COpenSSL

internal import struct Foundation.Date

/// Certificates that are believed, at one moment.
struct Trust: ~Copyable {
    let store: Owned<StoreObject>

    /// A certificate is believed as it is, also when it is not its own issuer: who pins the provider's certificate need
    /// not have its authority's.
    init(_ anchors: [Certificate], at moment: Date) throws(SigningError) {
        let store = try Owned<StoreObject>(X509_STORE_new())
        for anchor in anchors { try check(X509_STORE_add_cert(store.pointer, anchor.handle.pointer)) }
        try check(X509_STORE_set_flags(store.pointer, UInt(X509_V_FLAG_PARTIAL_CHAIN)))
        // Certificates for seals seldom have the purpose S/MIME, which CMS would ask for.
        try check(X509_STORE_set_purpose(store.pointer, X509_PURPOSE_ANY))
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.pointer), try moment.asn1Seconds)
        self.store = store
    }

    /// Whether a chain leads from the certificate to a believed one, all of it valid at the moment.
    ///
    /// - Parameter intermediates: a stack of further certificates, none of them believed.
    func confirm(_ certificate: OpaquePointer, intermediates: OpaquePointer?) throws(SigningError) {
        let chain = try Owned<ChainObject>(X509_STORE_CTX_new())
        try check(X509_STORE_CTX_init(chain.pointer, store.pointer, certificate, intermediates))
        guard X509_verify_cert(chain.pointer) != 1 else { return }
        switch X509_STORE_CTX_get_error(chain.pointer) {
        case X509_V_ERR_CERT_HAS_EXPIRED: throw .expiredAtSigning
        case X509_V_ERR_CERT_NOT_YET_VALID: throw .notYetValidAtSigning
        default: throw .signerNotTrusted
        }
    }
}
