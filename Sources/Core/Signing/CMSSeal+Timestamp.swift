internal import COpenSSL

extension CMSSeal {
    /// The signature within a seal: what a timestamp is over (RFC 3161, Appendix A).
    public static func signature(of seal: [UInt8]) throws(SigningError) -> [UInt8] {
        try ErrorQueue.isolated { () throws(SigningError) in
            try SealMessage(seal).signature
        }
    }

    /// The timestamp within a seal, as `openssl ts -verify -token_in` takes it; `nil` when there is none. Nothing of it
    /// is checked.
    public static func timestampToken(of seal: [UInt8]) throws(SigningError) -> [UInt8]? {
        try ErrorQueue.isolated { () throws(SigningError) in
            try SealMessage(seal).timestampDER
        }
    }

    /// Puts a timestamp over the seal's signature into it (CAdES-T). The signature stays as it is.
    public static func attach(_ timestamp: TimestampToken, to seal: [UInt8]) throws(SigningError) -> [UInt8] {
        try ErrorQueue.isolated { () throws(SigningError) in
            let message = try SealMessage(seal)
            guard try message.timestampDER == nil else { throw .alreadyTimestamped }
            guard try sha256(message.signature) == timestamp.imprint else { throw .timestampOfAnother }
            try check(obhut_add_timestamp(message.signer, timestamp.der, timestamp.der.count))
            return try message.encode()
        }
    }
}
