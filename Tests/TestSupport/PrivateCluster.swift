import Foundation
import Postgres

/// Starts a PostgreSQL of our own in a temporary folder, watched by a shell that ends it and removes the folder when this
/// process is gone, however it went.
enum PrivateCluster {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func start() async throws -> PostgresConfiguration {
        let binaries = try binariesFolder()
        // Another process may take the port between its being found free and PostgreSQL's asking for it.
        for _ in 1..<3 {
            if let configuration = try? await start(binaries, port: try freePort()) { return configuration }
        }
        return try await start(binaries, port: try freePort())
    }

    private static func start(_ binaries: String, port: Int) async throws -> PostgresConfiguration {
        let process = Process()
        let script = [
            "bash", "-c", script, "obhut-test-postgres", binaries, String(ProcessInfo.processInfo.processIdentifier),
            String(port),
        ]
        // PostgreSQL refuses to run as root.
        let command = geteuid() == 0 ? ["setsid", "runuser", "-u", "postgres", "--"] + script : ["setsid"] + script
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var folder: String?
        var isReady = false
        for try await line in output.fileHandleForReading.lines() {
            if line.hasPrefix("folder ") { folder = String(line.dropFirst(7)) }
            if line.hasPrefix("failed ") { throw Failure(description: line) }
            isReady = line == "ready"
            if isReady { break }
        }
        guard let folder, isReady else { throw Failure(description: "the test's PostgreSQL did not start") }
        return PostgresConfiguration(
            host: folder, port: port, database: "postgres", username: "postgres", tls: .init(.disable),
            applicationName: "test")
    }

    /// Arguments: folder of PostgreSQL's binaries, process to outlive by a second at most, port.
    private static let script = """
        binaries=$1 parent=$2 port=$3
        folder=$(mktemp -d /tmp/obhut-test-XXXXXX)
        trap 'kill -QUIT $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
        trap '' INT HUP
        echo "folder $folder"
        "$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
            >"$folder/initdb.log" 2>&1 || { echo "failed initdb: $(tail -1 "$folder/initdb.log")"; exit 1; }
        # Members of the role needs_password are asked for theirs; all others are trusted.
        { echo "host all +needs_password all scram-sha-256"; cat "$folder/data/pg_hba.conf"; } >"$folder/hba" \
            && mv "$folder/hba" "$folder/data/pg_hba.conf"
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
            -keyout "$folder/server.key" -out "$folder/server.crt" >/dev/null 2>&1 && chmod 600 "$folder/server.key" \
            && ssl="-c ssl=on -c ssl_cert_file=$folder/server.crt -c ssl_key_file=$folder/server.key"
        "$binaries/postgres" -D "$folder/data" -k "$folder" -h 127.0.0.1 -p "$port" $ssl \
            -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=2GB \
            -c log_min_messages=fatal -c max_prepared_transactions=10 >"$folder/server.log" 2>&1 &
        server=$!
        ready=
        for try in $(seq 600); do
            [ -d /proc/$server ] || break
            "$binaries/pg_isready" -q -h "$folder" -p "$port" && { ready=1; break; }
            sleep 0.05
        done
        [ -n "$ready" ] || { echo "failed postgres: $(tail -1 "$folder/server.log")"; exit 1; }
        echo ready
        exec >/dev/null
        while [ -d /proc/$parent ] && [ -d /proc/$server ]; do sleep 1; done
        """

    private static func binariesFolder() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw Failure(description: "no PostgreSQL in \(root); set OBHUT_TEST_POSTGRES to the URL of one")
        }
        return "\(root)/\(newest)/bin"
    }
}

extension FileHandle {
    /// The lines as they come, until the writer closes.
    func lines() -> AsyncThrowingStream<String, any Error> {
        let (stream, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
        let thread = Thread {
            var rest = Data()
            while true {
                let chunk = self.availableData
                if chunk.isEmpty { break }
                rest += chunk
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            continuation.finish()
        }
        thread.start()
        return stream
    }
}
