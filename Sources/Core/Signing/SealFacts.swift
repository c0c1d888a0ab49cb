public import struct Foundation.Date

/// What a seal that holds says.
public struct SealFacts: Sendable, Hashable {
    /// Whose seal it is.
    public let signer: Certificate
    /// When the seal was made, as the signer says it.
    public let signingTime: Date
    /// What a timestamp authority says: the seal existed then.
    public let timestamp: TimestampToken?
}
