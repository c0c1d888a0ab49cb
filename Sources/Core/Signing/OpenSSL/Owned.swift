internal import COpenSSL

/// A type of OpenSSL's objects: all of them are opaque pointers to Swift, so that only this keeps them apart.
protocol OpenSSLObject {
    static func free(_ pointer: OpaquePointer)
}

/// An OpenSSL object with one owner, freed at the end of the scope that holds it.
struct Owned<Object: OpenSSLObject>: ~Copyable {
    let pointer: OpaquePointer

    /// - Throws: what OpenSSL says when there is no object.
    init(_ pointer: OpaquePointer?) throws(SigningError) {
        guard let pointer else { throw .openSSL(OpenSSLFailure(ErrorQueue.drain())) }
        self.pointer = pointer
    }

    init(_ pointer: OpaquePointer?, orThrow error: SigningError) throws(SigningError) {
        guard let pointer else { throw error }
        self.pointer = pointer
    }

    deinit {
        Object.free(pointer)
    }
}

/// A certificate or a private key that values of several threads hold.
final class Shared<Object: OpenSSLObject>: @unchecked Sendable {
    // OpenSSL lets any number of threads use an X509 or an EVP_PKEY at once as long as none changes it; what it caches
    // in them is under locks of its own, and reference counts are atomic. Nothing here changes one once it is shared.
    let pointer: OpaquePointer

    /// Takes the object over.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        Object.free(pointer)
    }
}

enum CertificateObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { X509_free(pointer) }
}

enum CertificateStack: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { obhut_certificates_free(pointer) }
}

enum KeyObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { EVP_PKEY_free(pointer) }
}

enum MessageObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { CMS_ContentInfo_free(pointer) }
}

enum StoreObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { X509_STORE_free(pointer) }
}

enum ChainObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { X509_STORE_CTX_free(pointer) }
}

enum BIOObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { BIO_free_all(pointer) }
}

enum TimestampRequestObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { TS_REQ_free(pointer) }
}

enum TimestampResponseObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { TS_RESP_free(pointer) }
}

enum TimestampCheckObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { TS_VERIFY_CTX_free(pointer) }
}

enum TimestampInfoObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { TS_TST_INFO_free(pointer) }
}

enum TokenObject: OpenSSLObject {
    static func free(_ pointer: OpaquePointer) { PKCS7_free(UnsafeMutablePointer<PKCS7>(pointer)) }
}
