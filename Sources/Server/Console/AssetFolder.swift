internal import Crypto
internal import Foundation

/// A style sheet, script or picture of the pages.
public struct Asset: Sendable {
    public let bytes: [UInt8]
    public let contentType: String
    /// Quoted, as the header wants it.
    public let etag: String
}

/// The assets under names that carry a hash of their content, so that browsers may keep them.
struct AssetFolder: Sendable {
    /// By name with hash, e.g. `console-1f3a….css`.
    let byPath: [String: Asset]
    /// Name with hash by name as it is in the source, e.g. `console.css`.
    let paths: [String: String]

    private static let contentTypes = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    ]

    init(at folder: URL) throws {
        var byPath: [String: Asset] = [:]
        var paths: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let contentType = Self.contentTypes[parts[1]] else {
                throw ConsoleError("the console's asset \(name) has an ending that has no content type")
            }
            let bytes = try Data(contentsOf: folder.appending(path: name))
            let digest = SHA256.hash(data: bytes).prefix(8).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }.joined()
            let path = "\(parts[0])-\(digest).\(parts[1])"
            byPath[path] = Asset(bytes: [UInt8](bytes), contentType: contentType, etag: "\"\(digest)\"")
            paths[name] = path
        }
        self.byPath = byPath
        self.paths = paths
        for needed in [Self.styleSheet, Self.icon] where paths[needed] == nil {
            throw ConsoleError("the console's asset \(needed) is missing")
        }
    }

    static let styleSheet = "console.css"
    static let icon = "icon.svg"

    var scripts: [String] { paths.keys.filter { $0.hasSuffix(".js") }.sorted() }

    /// Where a page finds it.
    func href(_ name: String) -> String { ConsolePath.assets + "/" + (paths[name] ?? name) }
}
