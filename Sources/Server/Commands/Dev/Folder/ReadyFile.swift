import Foundation
import PluginKit

/// Tells others that all is ready, and how to reach it. It is there only while that is so.
struct ReadyFile: Sendable {
    private let paths: [String]

    /// - Parameter other: a second place; must be in a folder that is there.
    init(_ folder: DataFolder, and other: String?) throws {
        paths = [folder.file("ready.json")] + [other].compactMap { $0 }
        for path in paths {
            let place = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard access(place, W_OK | X_OK) == 0 else {
                throw SettingsError(
                    description: "\(path) cannot be written: \(place): \(SystemError())")
            }
        }
    }

    func write(_ json: JSON) throws {
        for path in paths { try DataFolder.write(json.encoded(), to: path) }
    }

    func remove() {
        for path in paths { unlink(path) }
    }
}
