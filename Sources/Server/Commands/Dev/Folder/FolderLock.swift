import Foundation

/// One `obhut dev` a folder.
enum FolderLock {
    /// Holds the folder until this process ends; however it ends, the kernel then gives the lock back.
    static func take(_ folder: DataFolder) throws {
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
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else {
                throw SettingsError(description: "\(path) cannot be locked: \(SystemError())")
            }
            var holder = ""
            if let data = FileManager.default.contents(atPath: path),
                let id = Int(String(decoding: data, as: UTF8.self))
            {
                holder = " (process \(id))"
            }
            throw SettingsError(
                description:
                    "obhut dev\(holder) already runs on this folder; stop it first, or choose another with --data-dir")
        }
        let id = Array("\(getpid())".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, id, id.count, 0) }
        // Not closed: that would give the lock back.
    }
}
