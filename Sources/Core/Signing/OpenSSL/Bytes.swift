internal import COpenSSL

extension Owned {
    /// Reads an object that fills the bytes to the last.
    init(
        der: [UInt8], orThrow error: SigningError,
        _ read: (UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int) -> OpaquePointer?
    ) throws(SigningError) {
        let pointer = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            guard let start = buffer.baseAddress, !buffer.isEmpty else { return nil }
            var cursor: UnsafePointer<UInt8>? = start
            guard let pointer = read(&cursor, buffer.count) else { return nil }
            if cursor == start + buffer.count { return pointer }
            Object.free(pointer)
            return nil
        }
        try self.init(pointer, orThrow: error)
    }
}

/// The DER that one of OpenSSL's `i2d` functions writes.
func encoded(
    _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(SigningError) -> [UInt8] {
    let length = write(nil)
    try check(length)
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
        var cursor = buffer.baseAddress
        count = max(0, Int(write(&cursor)))
    }
    guard bytes.count == Int(length) else { throw .openSSL(OpenSSLFailure(ErrorQueue.drain())) }
    return bytes
}

/// Lets OpenSSL read the bytes where they are.
func withReader<Result>(
    _ bytes: [UInt8], _ body: (OpaquePointer) throws(SigningError) -> Result
) throws(SigningError) -> Result {
    try bytes.withUnsafeBufferPointer { (buffer) throws(SigningError) -> Result in
        let reader = try Owned<BIOObject>(obhut_reader(buffer.baseAddress, buffer.count))
        return try body(reader.pointer)
    }
}

/// What OpenSSL writes into memory; it wipes its own copy.
func written(_ body: (OpaquePointer) -> Int32) throws(SigningError) -> [UInt8] {
    let writer = try Owned<BIOObject>(BIO_new(BIO_s_mem()))
    try check(body(writer.pointer))
    var start: UnsafePointer<UInt8>?
    let length = obhut_written(writer.pointer, &start)
    return Array(UnsafeBufferPointer(start: start, count: length))
}

func sha256(_ bytes: [UInt8]) throws(SigningError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    try check(EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil))
    return digest
}

extension [UInt8] {
    init(_ string: UnsafePointer<ASN1_STRING>?) {
        guard let string, let start = ASN1_STRING_get0_data(string) else {
            self = []
            return
        }
        self.init(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }

    /// Lower case, two digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
