public import struct Foundation.UUID

/// Why a value was not sealed or opened. Carries ids of keys at most, never data.
public enum SealError: Error, Hashable {
    /// It was sealed with another key; `found` says which to fetch.
    case wrongKey(expected: UUID, found: UUID)
    /// The ciphertext was altered or stands in another place than it was sealed for, or the key is not of 256 bits.
    case refused
    /// Too short, or of a version or algorithm that this build does not know.
    case malformed
}
