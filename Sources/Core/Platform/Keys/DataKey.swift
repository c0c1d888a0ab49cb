import Crypto
public import Foundation
public import PluginKit

/// A random AES-256-GCM key with an id that stands beside every ciphertext.
///
/// A sealed value is
///
/// | bytes | what |
/// | --- | --- |
/// | 1 | version, 1 |
/// | 1 | algorithm, 1 for AES-256-GCM |
/// | 16 | id of the key |
/// | 12 | nonce, random |
/// | n | ciphertext, as long as the plaintext |
/// | 16 | tag |
///
/// The associated data covers version, algorithm and key id as well as the `SealContext`. Nonces are random, so one key
/// may seal 2³² values (NIST SP 800-38D, section 8.3) before it must be rotated.
public struct DataKey: Sendable {
    /// How much longer than the plaintext a sealed value is, in bytes.
    public static let overhead = headerLength + 12 + 16

    private static let headerLength = 18
    private static let version: UInt8 = 1
    private static let algorithm: UInt8 = 1

    public let id: UUID
    private let key: SymmetricKey

    /// - Parameter secret: 32 bytes. With any other number the key refuses to seal or open.
    public init(id: UUID, secret: Secret<[UInt8]>) {
        self.id = id
        key = SymmetricKey(data: secret.revealed)
    }

    public static func generate() -> DataKey {
        DataKey(id: UUIDv7Generator.process.next(at: Date()), key: SymmetricKey(size: .bits256))
    }

    private init(id: UUID, key: SymmetricKey) {
        self.id = id
        self.key = key
    }

    /// For wrapping under another key; there is no other reason to ask.
    public var secret: Secret<[UInt8]> { Secret(key.withUnsafeBytes { Array($0) }) }

    /// - Throws: `refused` when the key is not of 256 bits.
    public func seal(_ plaintext: [UInt8], _ context: SealContext) throws(SealError) -> [UInt8] {
        guard key.bitCount == 256 else { throw .refused }
        var sealed: [UInt8] = []
        sealed.reserveCapacity(Self.overhead + plaintext.count)
        sealed.append(Self.version)
        sealed.append(Self.algorithm)
        sealed.append(uuid: id)
        do {
            let box = try AES.GCM.seal(plaintext, using: key, authenticating: context.associatedData(header: sealed))
            sealed.append(contentsOf: box.nonce)
            sealed.append(contentsOf: box.ciphertext)
            sealed.append(contentsOf: box.tag)
        } catch {
            throw .refused
        }
        return sealed
    }

    /// - Throws: `malformed` and `wrongKey` for what the header shows, `refused` when the tag does not verify.
    public func open(_ sealed: [UInt8], _ context: SealContext) throws(SealError) -> [UInt8] {
        let found = try Self.keyID(of: sealed)
        guard found == id else { throw .wrongKey(expected: id, found: found) }
        guard key.bitCount == 256 else { throw .refused }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[Self.headerLength...])
            let associated = context.associatedData(header: sealed[..<Self.headerLength])
            return Array(try AES.GCM.open(box, using: key, authenticating: associated))
        } catch {
            throw .refused
        }
    }

    /// The id of the key that a value was sealed with. Read from outside the encryption: believe it once it opened.
    public static func keyID(of sealed: [UInt8]) throws(SealError) -> UUID {
        guard sealed.count >= overhead, sealed[0] == version, sealed[1] == algorithm else { throw .malformed }
        return sealed.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(fromByteOffset: 2, as: uuid_t.self)) }
    }
}

extension DataKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "key \(id.uuidString.lowercased())" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
