import Foundation
import Logging
import PluginKit
import Postgres

/// A PostgreSQL cluster of our own in the data folder: durable as in production, reachable on loopback only, never run as root.
final class PrivatePostgres: Sendable {
    let port: Int
    let passwords: [String: String]
    let binaries: String
    private let child: ChildProcess

    var pid: pid_t { child.pid }

    private init(port: Int, passwords: [String: String], binaries: String, child: ChildProcess) {
        self.port = port
        self.passwords = passwords
        self.binaries = binaries
        self.child = child
    }

    static let roles = ["postgres", "obhut_owner", "obhut_control", "obhut_app", "obhut_worker", "obhut_audit"]

    static func start(_ folder: DataFolder) async throws -> PrivatePostgres {
        let binaries = try binaries()
        let (port, passwords) = try secrets(folder)
        let prefix = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        let cluster = try cluster(folder, prefix)
        let log = folder.file("postgres.log")
        if !FileManager.default.fileExists(atPath: cluster + "/PG_VERSION") {
            try create(cluster, prefix, binaries, password: passwords["postgres"] ?? "", log: log)
        }
        stopLeftOver(cluster)
        let settings = [
            "port=\(port)", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=120", "shared_buffers=256MB",
            "max_wal_size=2GB", "logging_collector=off",
        ]
        let child = try ChildProcess(
            prefix + ["\(binaries)/postgres", "-D", cluster] + settings.flatMap { ["-c", $0] }, log: log)
        let postgres = PrivatePostgres(port: port, passwords: passwords, binaries: binaries, child: child)
        try await postgres.waitUntilReady(log)
        return postgres
    }

    func url(_ role: String, _ database: String) -> String {
        "postgresql://\(role):\(passwords[role] ?? "")@127.0.0.1:\(port)/\(database)?sslmode=disable"
    }

    func stop() async {
        // SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes everything down.
        child.stop(SIGINT, within: 30)
    }

    private static func binaries() throws -> String {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap { Int($0) }.filter { $0 >= 15 }.sorted().reversed()
        for version in newest where FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/\(version)/bin/postgres") {
            return "/usr/lib/postgresql/\(version)/bin"
        }
        throw SettingsError(description: "PostgreSQL 15 or newer is not installed; run Scripts/install.sh, or apt-get install postgresql")
    }

    /// The port and the passwords are chosen once.
    private static func secrets(_ folder: DataFolder) throws -> (Int, [String: String]) {
        if let known = folder.json("secrets.json"), let port = known["port"]?.int {
            let passwords = Dictionary(
                (known["passwords"]?.object?.members ?? []).map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
            return (port, passwords)
        }
        let port = try freePort()
        let passwords = Dictionary(uniqueKeysWithValues: roles.map { ($0, randomText()) })
        let members = passwords.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
        let json: JSON = ["port": .int(port), "passwords": .object(JSONObject(members))]
        try DataFolder.write(json.encoded(), to: folder.file("secrets.json"))
        return (port, passwords)
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0 }
        }
        guard isBound else { throw SettingsError(description: "no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Where the cluster lives. The unprivileged user must reach it; when the data folder lies where that user cannot go, the cluster lives
    /// among Debian's own.
    private static func cluster(_ folder: DataFolder, _ prefix: [String]) throws -> String {
        let own = folder.file("postgres")
        guard !prefix.isEmpty else {
            try FileManager.default.createDirectory(
                atPath: own, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return own
        }
        let isReachable = (try? ChildProcess.run(prefix + ["test", "-x", folder.path], log: "/dev/null")) != nil
        let path = isReachable ? own : "/var/lib/postgresql/obhut-dev\(folder.path.replacingOccurrences(of: "/", with: "-"))"
        if !FileManager.default.fileExists(atPath: path) {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard let user = getpwnam("postgres") else { throw SettingsError(description: "there is no user postgres; install postgresql") }
            chown(path, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        return path
    }

    private static func create(
        _ cluster: String, _ prefix: [String], _ binaries: String, password: String, log: String
    ) throws {
        let file = "\(cluster).password"
        try DataFolder.write(Array(password.utf8), to: file)
        defer { unlink(file) }
        if !prefix.isEmpty, let user = getpwnam("postgres") { chown(file, user.pointee.pw_uid, user.pointee.pw_gid) }
        try ChildProcess.run(
            prefix + [
                "\(binaries)/initdb", "-D", cluster, "-U", "postgres", "--pwfile=\(file)", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C.UTF-8", "--data-checksums",
            ], log: log)
    }

    /// A cluster that a killed `obhut dev` left running is stopped in order, and started anew as our own child.
    private static func stopLeftOver(_ cluster: String) {
        guard let text = try? String(contentsOfFile: cluster + "/postmaster.pid", encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }),
            let command = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8), command.contains(cluster)
        else { return }
        kill(pid, SIGINT)
        let end = Date(timeIntervalSinceNow: 30)
        while FileManager.default.fileExists(atPath: "/proc/\(pid)"), Date() < end { usleep(50_000) }
    }

    private func waitUntilReady(_ log: String) async throws {
        let end = Date(timeIntervalSinceNow: 60)
        var configuration = try PostgresConfiguration(url: url("postgres", "postgres"))
        configuration.pool.acquisitionTimeout = .seconds(1)
        while Date() < end {
            guard !child.hasEnded else { throw SettingsError(description: "PostgreSQL ended at its start; see \(log)") }
            let client = PostgresClient(configuration: configuration, logger: Logger(label: "dev"))
            let isReady = (try? await client.query(PostgresQuery("dev.ready", "SELECT 1"))) != nil
            await client.close(grace: .zero)
            if isReady { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SettingsError(description: "PostgreSQL was not ready within a minute; see \(log)")
    }
}
