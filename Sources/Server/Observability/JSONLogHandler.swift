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

    /// Sends what this process logs here. Once, at its start.
    static func install(level: Logger.Level) {
        // A log whose reader went away must not end the process.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardStream.error.write(rendered(event.level, event.message, event.metadata, at: Date()))
    }

    /// One line with its end.
    func rendered(_ level: Logger.Level, _ message: Logger.Message, _ extra: Logger.Metadata?, at time: Date) -> [UInt8]
    {
        var object = JSONObject([
            ("time", .string(Timestamp.text(time))), ("level", .string(level.rawValue)), ("logger", .string(label)),
            ("message", .string(message.description)),
        ])
        let own = Set(object.members.map(\.name))
        for (key, value) in metadata.merging(extra ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            // A library's "message" or "level" must not take the place of ours.
            object[own.contains(key) ? "metadata.\(key)" : key] = .string(value.description)
        }
        return JSON.object(object).encoded() + [UInt8(ascii: "\n")]
    }
}
