internal import Foundation
internal import PluginKit

/// An uploaded file, kept 30 days as Meta keeps it.
struct Media: Sendable, Equatable {
    static let lifetime = 30 * 24 * 3_600_000

    var id: String
    var numberID: String
    var type: String
    /// Hexadecimal.
    var sha256: String
    var bytes: [UInt8]
    /// Milliseconds since 1970.
    var at: Int

    var json: JSONObject {
        JSONObject([
            ("id", .string(id)), ("number", .string(numberID)), ("mime_type", .string(type)),
            ("sha256", .string(sha256)),
            ("data", .string(Data(bytes).base64EncodedString())), ("at", JSON(integerLiteral: at)),
        ])
    }

    /// The largest file of a type, in bytes; nil when WhatsApp does not take the type.
    static func limit(of type: String) -> Int? {
        let mebibyte = 1 << 20
        let bare = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        switch bare {
        case "image/jpeg", "image/png": return 5 * mebibyte
        case "image/webp": return 500 << 10
        case "video/mp4", "video/3gp", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg":
            return 16 * mebibyte
        default:
            let isDocument = bare.hasPrefix("application/") || bare.hasPrefix("text/")
            return isDocument ? 100 * mebibyte : nil
        }
    }
}

extension Media {
    init?(journal: JSON) {
        guard let id = journal["id"]?.string, let number = journal["number"]?.string,
            let type = journal["mime_type"]?.string, let hash = journal["sha256"]?.string,
            let data = journal["data"]?.string.flatMap({ Data(base64Encoded: $0) }), let at = journal["at"]?.int
        else { return nil }
        self.init(id: id, numberID: number, type: type, sha256: hash, bytes: Array(data), at: at)
    }
}
