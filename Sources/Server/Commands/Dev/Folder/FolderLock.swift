import Foundation

/// One `obhut dev` a folder.
enum FolderLock {
    /// Holds the folder until this process ends; however it ends, the kernel then gives the lock back.
    static func take(_ folder: DataFolder) async throws {
        let path = folder.file("lock")
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = SystemError()
            let advice =
                reason.number == EACCES
                ? "run obhut dev as \(folder.owner), or choose another folder with --data-dir"
                : "choose another folder with --data-dir"
            throw SettingsError(description: "\(path) cannot be opened (\(reason)); \(advice)")
        }
        // Not closed when it is taken: that would give it back.
        do {
            try await lock(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        let id = Array("\(getpid())".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, id, id.count, 0) }
    }

    private static func lock(_ descriptor: Int32, _ path: String) async throws {
        let end = ContinuousClock.now + .seconds(5)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else {
                throw SettingsError(description: "\(path) cannot be locked: \(SystemError())")
            }
            let holder = holder(path)
            // One that was just killed holds it until the kernel has put all of it away.
            if holder.map(RunningProcess.arguments)?.isEmpty != false, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            let name = holder.map { " (process \($0))" } ?? ""
            throw SettingsError(
                description:
                    "obhut dev\(name) already runs on this folder; stop it first, or choose another with --data-dir")
        }
    }

    private static func holder(_ path: String) -> pid_t? {
        FileManager.default.contents(atPath: path).flatMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }
}
