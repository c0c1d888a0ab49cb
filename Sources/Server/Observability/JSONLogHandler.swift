import Foundation
import Logging
import PluginKit

/// Log lines as JSON on standard error, one object a line.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let label: String

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(
        level: Logger.Level, message: Logger.Message, metadata extra: Logger.Metadata?, source: String, file: String,
        function: String, line: UInt
    ) {
        var object = JSONObject([
            ("time", .string(Timestamp.text(Date()))), ("level", .string(level.rawValue)), ("logger", .string(label)),
            ("message", .string(message.description)),
        ])
        for (key, value) in metadata.merging(extra ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            object[key] = .string(value.description)
        }
        FileHandle.standardError.write(Data(JSON.object(object).encoded() + [UInt8(ascii: "\n")]))
    }
}
