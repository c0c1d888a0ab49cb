import Dispatch
import Foundation
import PluginKit

/// Sealed media as files, spread over folders by the first characters of their names.
struct MediaFolder: MediaStore {
    /// Files are read and written on a thread that may block.
    private static let queue = DispatchQueue(label: "eu.obhut.media", attributes: .concurrent)

    let region: String
    let folder: String

    func put(_ bytes: [UInt8], name: String) async throws(StorageRegionError) {
        let path = try path(of: name)
        try await blocking {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try DurableFile.write(Data(bytes), to: path, mode: 0o600, replacing: true)
        }
    }

    func get(name: String) async throws(StorageRegionError) -> [UInt8]? {
        let path = try path(of: name)
        return try await blocking {
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    func delete(name: String) async throws(StorageRegionError) {
        let path = try path(of: name)
        try await blocking {
            guard FileManager.default.fileExists(atPath: path) else { return }
            try FileManager.default.removeItem(atPath: path)
            try DurableFile.sync(folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        }
    }

    private func path(of name: String) throws(StorageRegionError) -> String {
        let isPlain =
            (16...128).contains(name.utf8.count)
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isPlain else {
            throw StorageRegionError(
                region: region, reason: "a media name has 16 to 128 characters of A-Z, a-z, 0-9, - and _")
        }
        return "\(folder)/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value)
        async throws(StorageRegionError) -> Value
    {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: Result(catching: body)) }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error):
            throw StorageRegionError(
                region: region, reason: "media cannot be stored or read: \(error.localizedDescription)")
        }
    }
}
