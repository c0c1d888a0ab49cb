import Logging
import Synchronization

/// Remembers what was logged, as `message: reason`.
final class RecordedLog: LogHandler {
    private let recorded = Mutex<[(Logger.Level, String)]>([])

    func lines(_ level: Logger.Level) -> [String] {
        recorded.withLock { $0.filter { $0.0 == level }.map(\.1) }
    }

    func log(event: LogEvent) {
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        recorded.withLock { $0.append((event.level, "\(event.message)\(reason)")) }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
