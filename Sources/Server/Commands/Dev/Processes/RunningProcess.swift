import Foundation

/// Processes of this machine, as `/proc` shows them.
enum RunningProcess {
    static var all: [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    /// - Returns: nothing when the process has ended or is just ending.
    static func arguments(of process: pid_t) -> [String] {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(process)/cmdline"), let data = try? file.readToEnd()
        else {
            return []
        }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
