import Foundation

/// What an `obhut dev` that was killed left running. It ends as soon as it notices; a start waits for that, because
/// ports and cluster are still in use.
///
/// To be used while holding the folder's lock: then nothing found here belongs to a living `obhut dev`.
struct LeftOvers: Sendable {
    private let files: Set<String>
    private let clusters: Set<String>
    private let marks: [String]

    init(in folder: DataFolder) {
        marks = ["server.pid", "sandbox.pid"].map(folder.file)
        files = [folder.file("obhut.json"), folder.file("sandbox.journal")]
        clusters = Set(PostgresCluster.places(folder))
    }

    func waitForEnd() async throws {
        let end = ContinuousClock.now + .seconds(30)
        var asked: Set<pid_t> = []
        while let process = find() {
            // Its watcher may have been killed too.
            if process.isPostmaster, asked.insert(process.id).inserted { kill(process.id, SIGINT) }
            guard ContinuousClock.now < end else {
                throw SettingsError(
                    description: "process \(process.id) of an earlier start still runs on this folder; "
                        + "end it with kill \(process.id)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        for cluster in clusters { removeStaleLock(of: cluster) }
    }

    /// Waits a moment for ports that killed processes may still hold: the kernel puts a process away in steps, and
    /// closes its sockets after its command line can no longer be seen.
    func waitForPorts(_ ports: [Int]) async throws {
        let end = ContinuousClock.now + .seconds(5)
        // In order, they are removed.
        while marks.contains(where: FileManager.default.fileExists), !ports.allSatisfy(LocalPort.isFree),
            ContinuousClock.now < end
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        for mark in marks { unlink(mark) }
    }

    private func find() -> (id: pid_t, isPostmaster: Bool)? {
        for id in RunningProcess.all {
            let words = RunningProcess.arguments(of: id)
            let isOfCluster = !clusters.isDisjoint(with: words)
            let isPostmaster = isOfCluster && words.first?.hasSuffix("/postgres") == true
            let isWatcher = isOfCluster && words.contains(Lifeline.name)
            let isOurs = words.contains("--exit-on-stdin-eof") && !files.isDisjoint(with: words)
            if isPostmaster || isWatcher || isOurs || isSession(id, words) { return (id, isPostmaster) }
        }
        return nil
    }

    /// PostgreSQL's sessions and workers name themselves so, and stay in the cluster's folder.
    private func isSession(_ process: pid_t, _ words: [String]) -> Bool {
        guard words.first?.hasPrefix("postgres: ") == true,
            let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
        else { return false }
        return clusters.contains(folder)
    }

    /// PostgreSQL refuses to start while there is a process with the id that its lock file names: a killed one that
    /// nobody has reaped, or a stranger that got the id since. Nothing of the cluster runs any more, or `find` had
    /// found it.
    private func removeStaleLock(of cluster: String) {
        let path = cluster + "/postmaster.pid"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let process = text.split(separator: "\n").first.flatMap({ pid_t($0) }), kill(process, 0) == 0
        else { return }
        unlink(path)
    }
}
