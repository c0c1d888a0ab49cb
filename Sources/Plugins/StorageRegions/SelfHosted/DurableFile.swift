import Foundation

/// Writes a file so that a crash leaves either the old one or the whole new one.
enum DurableFile {
    /// - Parameter replacing: whether a file that exists may be replaced.
    static func write(_ bytes: Data, to path: String, mode: mode_t, replacing: Bool) throws {
        let draft = "\(path).\(UUID().uuidString).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL, mode)
        guard descriptor >= 0 else { throw failure() }
        defer { unlink(draft) }
        do {
            defer { close(descriptor) }
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                    guard written >= 0 else { throw failure() }
                    rest = rest.dropFirst(written)
                }
            }
            guard fsync(descriptor) == 0 else { throw failure() }
        }
        if replacing {
            guard rename(draft, path) == 0 else { throw failure() }
        } else {
            // A link fails when the name exists, so two that start at once cannot both make a key.
            guard link(draft, path) == 0 else { throw failure() }
        }
        try sync(folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    static func sync(folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private static func failure() -> any Error {
        POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}
