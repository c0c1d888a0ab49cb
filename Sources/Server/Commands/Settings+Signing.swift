import Foundation
import Outbound
import Platform
import Signing

extension Settings {
    /// With what the provider seals: its certificate, or one that vouches for itself.
    ///
    /// Without `signing.certificate_file` one is made beside the control plane's key file when there is none. It shows that nobody
    /// without that file altered what was sealed; not who the provider is. So it says of itself that it is for trying.
    /// - Parameter http: reaches the timestamp authority.
    func sealing(http: any OutboundHTTP) throws -> SealingIdentity {
        let authority = optional("signing.timestamp_url").map { TimestampAuthority(url: $0) }
        guard let file = optional("signing.certificate_file") else {
            let folder = URL(fileURLWithPath: try text("control.key_file")).deletingLastPathComponent()
            return SealingIdentity(
                try Self.selfSigned(at: folder.appending(path: "signing.pem").path), isSelfSigned: true,
                authority: authority, http: http)
        }
        let certificates = try Self.read(file, "signing.certificate_file")
        let key = try optional("signing.key_file").map { try Self.read($0, "signing.key_file") } ?? certificates
        do throws(SigningError) {
            let identity = try SigningIdentity(
                certificates: certificates, privateKey: KeyMaterial(key),
                passphrase: optional("signing.key_passphrase").map { KeyMaterial($0) })
            return SealingIdentity(identity, isSelfSigned: false, authority: authority, http: http)
        } catch {
            throw SettingsError(description: "signing.certificate_file, signing.key_file: \(error)")
        }
    }

    private static func read(_ path: String, _ key: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(description: "\(key): the file \(path) cannot be read")
        }
        return Array(data)
    }

    private static func selfSigned(at path: String) throws -> SigningIdentity {
        if !FileManager.default.fileExists(atPath: path) {
            let now = Date()
            let identity = try SigningIdentity.selfSigned(
                organisation: "Obhut installation", commonName: "Self-signed, for trying", country: "EU",
                validity: now.addingTimeInterval(-60)...now.addingTimeInterval(10 * 365 * 86_400))
            try PrivateFile.create(path, try identity.pem().bytes)
        }
        do throws(SigningError) {
            return try SigningIdentity(pem: KeyMaterial(readOrNothing(path)))
        } catch {
            throw SettingsError(
                description:
                    "\(path): \(error); set signing.certificate_file, or move the file away to have another made")
        }
    }

    private static func readOrNothing(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map { Array($0) } ?? []
    }
}

/// A file that only its owner may read.
enum PrivateFile {
    /// Makes it whole or not at all. One that is there stays: two processes that start at once must not each have their own.
    static func create(_ path: String, _ bytes: [UInt8]) throws {
        let draft = "\(path).\(UUID().uuidString).new"
        defer { unlink(draft) }
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw SettingsError(description: "the file \(path) cannot be written: \(SystemError())") }
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw SettingsError(description: "the file \(path) cannot be written: \(SystemError())")
        }
    }
}
