import Foundation

/// Where a folder's PostgreSQL cluster lives, which programs run it, and as whom.
struct PostgresCluster: Sendable {
    let path: String
    /// Begins a command that is to run as the cluster's user: PostgreSQL refuses to run as root.
    let prefix: [String]
    let binaries: String

    private static func own(_ folder: DataFolder) -> String { folder.file("postgres") }

    /// In the folder; for root also among Debian's own clusters, when the folder lies where the unprivileged user
    /// cannot go.
    static func places(_ folder: DataFolder) -> [String] {
        let away = "/var/lib/postgresql/obhut-dev\(folder.path.replacingOccurrences(of: "/", with: "-"))"
        return getuid() == 0 ? [own(folder), away] : [own(folder)]
    }

    /// - Throws: a sentence when the folder's cluster belongs to somebody else. Nothing is touched.
    static func checkOwner(_ folder: DataFolder) throws {
        let path = own(folder)
        guard let owner = DataFolder.owner(of: path), owner != (try user()) else { return }
        throw SettingsError(
            description: "\(path) belongs to \(userName(owner)); run obhut dev as \(folder.owner), "
                + "or choose another folder with --data-dir")
    }

    private static func user() throws -> uid_t {
        guard getuid() == 0 else { return getuid() }
        guard let user = getpwnam("postgres") else {
            throw SettingsError(
                description: "there is no user postgres; run Scripts/install.sh, or apt-get install postgresql")
        }
        return user.pointee.pw_uid
    }

    /// - Throws: a sentence when there is a cluster and nobody knows its passwords: after the folder was removed and its
    ///   cluster elsewhere was not, or after the file was lost.
    static func checkSecrets(_ folder: DataFolder) throws {
        guard folder.json("secrets.json") == nil, let path = places(folder).first(where: { version(of: $0) != nil })
        else { return }
        throw SettingsError(
            description: "the passwords of the PostgreSQL cluster in \(path) are missing; "
                + "put \(folder.file("secrets.json")) back, or remove the cluster with rm -r \(path)")
    }

    private static func version(of path: String) -> String? {
        (try? String(contentsOfFile: path + "/PG_VERSION", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Finds the folder's cluster, or makes it.
    static func open(_ folder: DataFolder, password: String, log: String) async throws -> PostgresCluster {
        let prefix = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        let places = places(folder)
        if let path = places.first(where: { version(of: $0) != nil }) {
            return PostgresCluster(path: path, prefix: prefix, binaries: try binaries(of: version(of: path)))
        }
        // Made after the cluster, so there was one; a new one would hide that it is lost.
        if folder.exists("admin.json") {
            throw SettingsError(
                description: "PostgreSQL's data is missing (expected in \(own(folder))); "
                    + "put it back, or start with another folder by --data-dir")
        }
        var place = places[0]
        if places.count > 1, !(try await ChildProcess.says(yesTo: prefix + ["test", "-x", folder.path])) {
            place = places[1]
        }
        let cluster = PostgresCluster(path: place, prefix: prefix, binaries: try binaries(of: nil))
        try await cluster.create(password: password, log: log)
        return cluster
    }

    /// - Parameter version: nil for the newest.
    private static func binaries(of version: String?) throws -> String {
        let place = "/usr/lib/postgresql"
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        let versions =
            version.map { [$0] }
            ?? installed.compactMap { Int($0) }.filter { $0 >= 15 }.sorted().reversed().map { "\($0)" }
        for version in versions {
            let binaries = "\(place)/\(version)/bin"
            if FileManager.default.isExecutableFile(atPath: binaries + "/postgres") { return binaries }
        }
        throw SettingsError(
            description: version.map {
                "this folder's data is PostgreSQL \($0)'s; install it with apt-get install postgresql-\($0)"
            }
                ?? "PostgreSQL 15 or newer is not installed; run Scripts/install.sh, or apt-get install postgresql")
    }

    /// Made beside its place and moved there when it is whole.
    private func create(password: String, log: String) async throws {
        removeDrafts()
        let draft = "\(path).new-\(randomText(8))"
        let file = "\(draft).password"
        defer { removeDrafts() }
        try FileManager.default.createDirectory(
            atPath: draft, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try DataFolder.write(Array(password.utf8), to: file)
        for name in [draft, file] { chown(name, try Self.user(), gid_t.max) }
        try await ChildProcess.run(
            "initdb",
            Lifeline.command(
                prefix + [
                    "\(binaries)/initdb", "-D", draft, "-U", "postgres", "--pwfile=\(file)", "--auth=scram-sha-256",
                    "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                ]), log: log)
        guard rename(draft, path) == 0 else {
            throw SettingsError(description: "\(path) cannot be made: \(SystemError())")
        }
    }

    /// What a killed start left of making a cluster.
    private func removeDrafts() {
        let place = URL(fileURLWithPath: path)
        let parent = place.deletingLastPathComponent()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        where name.hasPrefix(place.lastPathComponent + ".new-") {
            try? FileManager.default.removeItem(at: parent.appending(path: name))
        }
    }
}
