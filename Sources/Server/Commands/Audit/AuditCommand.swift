import ArgumentParser
import Logging
import Outbound
import Platform
import PluginKit

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check, seal, export and read the audit trail.",
        discussion:
            "verify, seal and export work on the control database, with the server's configuration; the others ask a server.",
        subcommands: [
            Verify.self, Seal.self, Export.self, Chains.self, Entries.self, Check.self, Seals.self,
        ])

    /// The control plane, while `body` runs. Whatever goes wrong ends the command with sentences and a number.
    /// - Parameter seals: whether the body makes seals.
    static func withControlPlane<Value: Sendable>(
        _ options: SettingsOptions, seals: Bool = false, _ body: @Sendable (ControlPlane) async throws -> Value
    ) async throws -> Value {
        let settings = try options.load()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        let logger = Logger(label: "audit")
        guard seals else { return try await settings.withControlPlane(logger, body) }
        let http = CurlClient(policy: try EgressPolicy(exceptions: settings.list("egress.exceptions")), logger: logger)
        let sealing = try settings.sealing(http: http)
        return try await settings.withControlPlane(logger, sealing: sealing, body)
    }

    // MARK: - On the control database

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Seal the heads of all chains as they stand now.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "Why; goes into the audit trail. No people's data.") var reason: String?
        @Flag(help: "Print JSON, for scripts.") var json = false

        func run() async throws {
            do {
                let cause = Cause(.commandLine, reason: reason)
                let seal = try await AuditCommand.withControlPlane(options, seals: true) {
                    try await $0.auditSeals.sealNow(cause)
                }
                if json { return print(seal.json.text) }
                print("seal \(seal.number):\(Hex.text(seal.sha256))")
                if seal.isSelfSigned {
                    StandardError.write(
                        "the certificate vouches for itself: good for trying; set signing.certificate_file for an auditor"
                    )
                }
            } catch {
                throw CommandFailure(error).end()
            }
        }
    }

    // MARK: - Of a server

    struct Chains: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List the chains: control, and one a tenant.")
        static let columns: [Column] = ["chain", Column("entries", "sequence"), Column("last", "updated_at"), "hash"]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        var path: String { "audit/chains" }
    }

    struct Entries: ListingCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a chain's entries, newest first.",
            discussion: "That it was read is entered into the control chain.")
        static let columns: [Column] = [
            Column("no", "sequence"), "at", "action", "outcome", Column("by", "principal.kind"),
            Column("id", "principal.id"), Column("subject", "subject.kind"), Column("id", "subject.id"), "reason",
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @Option(help: "control, or a tenant's id.") var chain = "control"
        @Option(help: "Only what was done so, such as tenant.created.") var action: String?
        @Option(help: "Only what this one did, by id.") var principal: String?
        @Option(help: "Only what was done to this, by id.") var subject: String?
        @Option(help: "Only done, or only refused.") var outcome: String?
        @Option(help: "From this moment on, RFC 3339.") var since: String?
        @Option(help: "Before this moment, RFC 3339.") var until: String?
        @Flag(help: "Oldest first.") var oldestFirst = false

        var path: String { "audit/\(AdminClient.escaped(chain))/entries" }
        var query: [(String, String?)] {
            [
                ("action", action), ("principal", principal), ("subject", subject), ("outcome", outcome),
                ("since", since), ("until", until), ("order", oldestFirst ? "oldest" : nil),
            ]
        }
    }

    struct Check: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a server check one chain; ends with 1 when something is found.")
        @OptionGroup var remote: RemoteOptions
        @Option(help: "control, or a tenant's id.") var chain = "control"

        func call(_ admin: AdminClient) async throws {
            let result = try await admin.call("GET", "audit/\(AdminClient.escaped(chain))/verification")
            if remote.json {
                remote.show(result)
            } else {
                print("\(chain)  \(Table.text(result["entries"] ?? .null)) entries")
                Verify.show(result["findings"]?.array ?? [])
            }
            guard result["whole"] == true else { throw CommandFailure(.findings, "the chain is not whole.") }
        }
    }

    struct Seals: ListingCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the seals over all chains, newest first; as JSON with documents and signatures.")
        static let columns: [Column] = [
            "number", "day", Column("sealed", "sealed_at"), Column("self-signed", "self_signed"), "timestamped",
            "sha256",
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        var path: String { "audit/seals" }
    }
}
