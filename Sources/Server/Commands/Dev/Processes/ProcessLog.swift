import Foundation

/// What a process has printed into a log since a moment.
struct ProcessLog: Sendable {
    let path: String
    private let start: UInt64

    /// From now on.
    init(path: String) {
        self.path = path
        var facts = stat()
        start = stat(path, &facts) == 0 ? UInt64(facts.st_size) : 0
    }

    /// Why it ended: the last line that speaks of an error, or else the last that says something.
    var reason: String? {
        guard let file = FileHandle(forReadingAtPath: path), (try? file.seek(toOffset: start)) != nil,
            let data = try? file.readToEnd()
        else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { $0.contains { !$0.isWhitespace } }
        let speaking = lines.last { line in
            let line = line.lowercased()
            return line.contains("error") || line.contains("fatal")
        }
        return (speaking ?? lines.last).map { line in
            String((line.hasPrefix("Error: ") ? line.dropFirst(7) : line).prefix(500))
        }
    }
}
