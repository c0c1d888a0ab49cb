import Foundation
import Platform
import PluginKit

/// What a local installation consists of, and the files its processes read.
struct DevConfiguration: Sendable {
    let folder: DataFolder
    let postgres: PrivatePostgres
    let port: Int
    let sandboxPort: Int
    let adminToken: Secret<String>
    /// By which an answer on a port is known to come from a process of ours.
    let instance = randomText()

    private static let regions = [
        (name: "eu-central", database: "obhut_eu_central", country: "DE", place: "Frankfurt am Main"),
        (name: "eu-north", database: "obhut_eu_north", country: "FI", place: "Helsinki"),
    ]

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var sandboxURL: String { "http://127.0.0.1:\(sandboxPort)" }
    var databases: [String] { ["obhut_control"] + Self.regions.map(\.database) }
    /// What `obhut serve` reads.
    var serverFile: String { folder.file("obhut.json") }
    /// What `obhut migrate` reads. The owner's password is here alone, so that no process that serves holds it.
    var migrateFile: String { folder.file("migrate.json") }

    init(folder: DataFolder, postgres: PrivatePostgres, port: Int, sandboxPort: Int) throws {
        self.folder = folder
        self.postgres = postgres
        self.port = port
        self.sandboxPort = sandboxPort
        if let known = folder.json("admin.json")?["admin_token"]?.string {
            adminToken = Secret(known)
        } else {
            adminToken = APIToken.generate(.admin).text
            let json: JSON = ["admin_token": .string(adminToken.revealed)]
            try DataFolder.write(json.encoded(), to: folder.file("admin.json"))
        }
        try DataFolder.write(server.encoded(), to: serverFile)
        try DataFolder.write(migrate.encoded(), to: migrateFile)
    }

    private var server: JSON {
        var regions = JSONObject()
        for region in Self.regions {
            regions[region.name] = [
                "plugin": "self-hosted", "data_folder": .string(folder.file("regions/\(region.name)")),
                "app_url": .string(postgres.url("obhut_app", region.database)),
                "worker_url": .string(postgres.url("obhut_worker", region.database)),
                "country": .string(region.country), "place": .string(region.place), "operator": "this machine",
            ]
        }
        let isFirst = !folder.exists("regions/control.json")
        return [
            "http": ["host": "127.0.0.1", "port": .string("\(port)"), "public_url": .string(baseURL)],
            "control": [
                "url": .string(postgres.url("obhut_control", "obhut_control")),
                "key_file": .string(folder.file("regions/control.json")),
                "first_start": .string(isFirst ? "true" : "false"),
            ],
            "regions": .string(Self.regions.map(\.name).joined(separator: ",")), "region": .object(regions),
            "egress": ["exceptions": .string("127.0.0.1")],
            // Tests and measurements come as fast as they can, all from this machine.
            "limits": [
                "tenant_requests_per_second": "0", "staff_requests_per_second": "0",
                "anonymous_requests_per_second": "0",
            ],
        ]
    }

    private var migrate: JSON {
        var regions = JSONObject()
        for region in Self.regions {
            regions[region.name] = [
                "plugin": "self-hosted", "owner_url": .string(postgres.url("obhut_owner", region.database)),
            ]
        }
        return [
            "control": ["owner_url": .string(postgres.url("obhut_owner", "obhut_control"))],
            "regions": .string(Self.regions.map(\.name).joined(separator: ",")), "region": .object(regions),
        ]
    }

    // MARK: - Processes

    /// Without the settings that the files make: the environment is stronger, and may be meant for another
    /// installation.
    var environment: [String: String] {
        let ours = ["OBHUT_HTTP_", "OBHUT_CONTROL_", "OBHUT_REGION", "OBHUT_EGRESS_", "OBHUT_LIMITS_"]
        return ProcessInfo.processInfo.environment.filter { variable in
            !ours.contains { variable.key.hasPrefix($0) }
        }
    }

    var serverProcess: KeptProcess {
        process("server", ["serve", "--config", serverFile, "--set", "http.instance=\(instance)"])
    }

    var sandboxProcess: KeptProcess {
        process(
            "sandbox",
            [
                "sandbox", "--port", "\(sandboxPort)", "--journal", folder.file("sandbox.journal"), "--instance",
                instance,
            ])
    }

    private func process(_ name: String, _ arguments: [String]) -> KeptProcess {
        // A binary that was replaced while running is named with a mark that is no part of its path.
        let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let obhut = (running ?? CommandLine.arguments[0]).replacingOccurrences(of: " (deleted)", with: "")
        return KeptProcess(
            KeptProcess.Plan(
                name: "the \(name)", command: [obhut] + arguments + ["--exit-on-stdin-eof"], environment: environment,
                log: folder.file("\(name).log"), pidFile: folder.file("\(name).pid")))
    }

    // MARK: - Ready

    func ready(_ tenants: [DemoTenant], _ link: Secret<String>, server: pid_t, sandbox: pid_t) -> JSON {
        var databases = JSONObject()
        for region in Self.regions { databases[region.name] = .string(postgres.url("postgres", region.database)) }
        return [
            "base_url": .string(baseURL), "sandbox_url": .string(sandboxURL),
            "admin_token": .string(adminToken.revealed), "sign_in_url": .string(link.revealed),
            "tenants": .array(tenants.map { $0.facts(baseURL: baseURL) }),
            "postgres": [
                "control": .string(postgres.url("postgres", "obhut_control")), "regions": .object(databases),
                "bin": .string(postgres.cluster.binaries),
            ],
            "pids": [
                "dev": .int(Int(getpid())), "postgres": .int(Int(postgres.process.pid)), "server": .int(Int(server)),
                "sandbox": .int(Int(sandbox)),
            ], "data_dir": .string(folder.path),
        ]
    }
}
