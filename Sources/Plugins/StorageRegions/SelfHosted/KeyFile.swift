import Crypto
import Foundation
public import PluginKit

/// Key-encryption keys in a file that only the server's user may read.
///
/// Without the file nothing of what it wraps can be read again, so it is made at the very first start only; later a file that is
/// missing, damaged or somebody else's stops the start.
public struct KeyFile: KeyStore {
    private struct Document: Codable {
        struct Key: Codable {
            var id: String
            var secret: Data
        }

        var format: Int
        /// The region, or `control`, that the keys belong to.
        var owner: String
        var current: String
        var keys: [Key]
        /// HMAC over all else, so that a truncated or edited file is noticed.
        var check: Data
    }

    private static let format = 1

    private let path: String
    private let bytes: Data
    private let keys: [String: SymmetricKey]
    public let currentKeyID: String

    /// - Parameters:
    ///   - owner: whose keys the file must hold.
    ///   - firstStart: whether a missing file may be made.
    public static func open(path: String, owner: String, firstStart: Bool) throws(StorageRegionError) -> KeyFile {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                guard firstStart else {
                    throw Refusal(
                        "the key file \(path) is missing: restore it from backup. Without it nothing stored here can be read, and Obhut never makes a new key for data that exists"
                    )
                }
                try create(path: path, owner: owner)
            }
            return try KeyFile(path: path, owner: owner)
        } catch let refusal as Refusal {
            throw StorageRegionError(region: owner, reason: refusal.reason)
        } catch {
            throw StorageRegionError(
                region: owner, reason: "the key file \(path) cannot be used: \(error.localizedDescription)")
        }
    }

    private struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private init(path: String, owner: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw Refusal(
                "the key file \(path) can be read by others (mode \(String(mode, radix: 8))); run chmod 0600 on it")
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let document = try? JSONDecoder().decode(Document.self, from: bytes) else {
            throw Refusal("the key file \(path) is damaged: restore it from backup")
        }
        guard document.format == Self.format else {
            throw Refusal(
                "the key file \(path) has format \(document.format); this version of Obhut reads \(Self.format)")
        }
        guard document.owner == owner else {
            throw Refusal(
                "the key file \(path) belongs to \"\(document.owner)\", not to \"\(owner)\": put the right one in its place"
            )
        }
        let isWhole =
            document.keys.allSatisfy { $0.secret.count == 32 } && document.keys.contains { $0.id == document.current }
        guard isWhole, Self.check(document) == document.check else {
            throw Refusal("the key file \(path) is damaged: restore it from backup")
        }
        self.path = path
        self.bytes = bytes
        currentKeyID = document.current
        keys = Dictionary(
            document.keys.map { ($0.id, SymmetricKey(data: $0.secret)) }, uniquingKeysWith: { first, _ in first })
    }

    private static func check(_ document: Document) -> Data {
        var mac = HMAC<SHA256>(key: SymmetricKey(data: Data("obhut key file".utf8)))
        mac.update(data: Data("\(document.format)/\(document.owner)/\(document.current)".utf8))
        for key in document.keys {
            mac.update(data: Data("/\(key.id)/".utf8))
            mac.update(data: key.secret)
        }
        return Data(mac.finalize())
    }

    private static func create(path: String, owner: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let id = "\(owner)-1"
        var document = Document(
            format: format, owner: owner, current: id, keys: [.init(id: id, secret: secret)], check: Data())
        document.check = check(document)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try DurableFile.write(try encoder.encode(document), to: path, mode: 0o600, replacing: false)
    }

    /// Whether the file still holds what was read at the start.
    func isUnchangedOnDisk() -> Bool {
        (try? Data(contentsOf: URL(fileURLWithPath: path))) == bytes
    }

    // MARK: - KeyStore

    /// Version byte, nonce, ciphertext, tag.
    private static let version: UInt8 = 1

    public func wrap(_ key: Secret<[UInt8]>, context: [UInt8]) async throws(KeyStoreError) -> [UInt8] {
        guard let kek = keys[currentKeyID] else { throw .unknownKey(id: currentKeyID) }
        do {
            let box = try AES.GCM.seal(key.revealed, using: kek, authenticating: [Self.version] + context)
            return [Self.version] + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw .refused
        }
    }

    public func unwrap(_ wrapped: [UInt8], keyID: String, context: [UInt8]) async throws(KeyStoreError) -> Secret<
        [UInt8]
    > {
        guard let kek = keys[keyID] else { throw .unknownKey(id: keyID) }
        guard wrapped.first == Self.version else { throw .refused }
        do {
            let box = try AES.GCM.SealedBox(combined: Array(wrapped.dropFirst()))
            return Secret(Array(try AES.GCM.open(box, using: kek, authenticating: [Self.version] + context)))
        } catch {
            throw .refused
        }
    }
}

extension KeyFile: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: ["currentKeyID": currentKeyID]) }
}
