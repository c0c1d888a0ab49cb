internal import COpenSSL

/// A request for a timestamp over a seal (RFC 3161, 2.4.1): SHA-256, with a nonce, asking for the certificate.
public struct TimestampRequest: Sendable {
    /// What goes to the authority as `application/timestamp-query`. It tells a digest and nothing of the content.
    public let der: [UInt8]
    /// SHA-256 of the seal's signature.
    let imprint: [UInt8]
    let nonce: UInt64

    public init(over seal: [UInt8]) throws(SigningError) {
        var generator = SystemRandomNumberGenerator()
        try self.init(imprint: sha256(CMSSeal.signature(of: seal)), nonce: generator.next())
    }

    init(imprint: [UInt8], nonce: UInt64) throws(SigningError) {
        self.imprint = imprint
        self.nonce = nonce
        der = try ErrorQueue.isolated { () throws(SigningError) in
            let request = try Self.object(imprint: imprint, nonce: nonce)
            return try encoded { i2d_TS_REQ(request.pointer, $0) }
        }
    }

    /// - Parameter imprint: 32 bytes.
    static func object(imprint: [UInt8], nonce: UInt64?) throws(SigningError) -> Owned<TimestampRequestObject> {
        guard imprint.count == 32 else { throw .timestampOfAnother }
        guard var nonce else { return try Owned(obhut_timestamp_request(imprint, nil)) }
        return try Owned(obhut_timestamp_request(imprint, &nonce))
    }
}
