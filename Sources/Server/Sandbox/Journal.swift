import Dispatch
import Foundation

/// An append-only file of JSON lines. A line is in the kernel before the call returns, so it survives kill -9; a torn last line is passed over.
final class Journal: Sendable {
    private let handle: FileHandle
    private let path: String
    private let queue = DispatchQueue(label: "eu.obhut.sandbox.journal")

    init(path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw CocoaError(.fileReadNoSuchFile) }
        self.handle = handle
        self.path = path
    }

    /// The whole lines so far. A torn one at the end is cut off.
    func lines() throws -> [[UInt8]] {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        try handle.truncate(atOffset: UInt64(end))
        try handle.seekToEnd()
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    func append(_ line: [UInt8]) async {
        await withCheckedContinuation { continuation in
            queue.async { [handle] in
                try? handle.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
                continuation.resume()
            }
        }
    }
}
