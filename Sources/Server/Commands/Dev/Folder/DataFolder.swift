import Foundation
import PluginKit

/// Where a local installation keeps everything: readable by nobody else.
struct DataFolder: Sendable {
    /// Absolute and without symbolic links, so that a folder has one name.
    let path: String

    init(path: String) throws {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        // As root, PostgreSQL runs as another user, which must be able to pass through.
        let mode = getuid() == 0 ? 0o711 : 0o700
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
        } catch {
            throw SettingsError(description: "the folder \(url.path) cannot be made: \(error.localizedDescription)")
        }
        guard let real = realpath(url.path, nil) else {
            throw SettingsError(description: "the folder \(url.path) cannot be used: \(SystemError())")
        }
        defer { free(real) }
        self.path = String(cString: real)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func json(_ name: String) -> JSON? {
        guard let data = FileManager.default.contents(atPath: file(name)) else { return nil }
        return try? JSON(parsing: Array(data))
    }

    /// Whose it is.
    var owner: String { Self.owner(of: path).map(userName) ?? "its owner" }

    /// - Returns: nil when there is nothing, or nothing that we may look at.
    static func owner(of path: String) -> uid_t? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_uid : nil
    }

    /// Whole or not at all, and for the owner's eyes only.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let draft = "\(path).new"
        unlink(draft)
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(bytes), attributes: [.posixPermissions: 0o600]),
            rename(draft, path) == 0
        else {
            throw SettingsError(
                description: "the file \(path) cannot be written: \(SystemError())")
        }
    }
}

func userName(_ id: uid_t) -> String {
    getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "user \(id)"
}

/// Random text for passwords and tokens.
func randomText(_ count: Int = 32) -> String {
    let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    return String((0..<count).compactMap { _ in letters.randomElement() })
}
