import ArgumentParser
import Logging
import Outbound
import Platform
import PluginKit

struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "Check and export the ledger of consents.",
        discussion: "Both work on the databases, with the server's configuration.",
        subcommands: [Verify.self, Export.self])

    /// The installation without its services, while `body` runs. Whatever goes wrong ends the command with sentences and a number.
    static func withInstallation<Value: Sendable>(
        _ options: SettingsOptions, _ body: @Sendable (Installation) async throws -> Value
    ) async throws -> Value {
        let settings = try options.load()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        let logger = Logger(label: "consent")
        let http = CurlClient(policy: try EgressPolicy(exceptions: settings.list("egress.exceptions")), logger: logger)
        let installation = try await ServeCommand.open(settings, http: http, logger: logger)
        do {
            let value = try await body(installation)
            await installation.close()
            await http.shutdown()
            return value
        } catch {
            await installation.close()
            await http.shutdown()
            throw error
        }
    }

    @Sendable static func tenant(_ text: String) throws -> TenantID {
        guard let tenant = TenantID(text) else { throw ValidationError("expected a tenant's id, found \(text)") }
        return tenant
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every consent event, the heads, and the state that the gate goes by.",
            discussion: "Ends with 0 when all is whole, with 1 when something is found, with 2 when it could not look.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "Only this tenant, by id.", transform: ConsentCommand.tenant) var tenant: TenantID?
        @Flag(help: "Print JSON, for scripts.") var json = false

        func run() async throws {
            let results: [ConsentVerification]
            do {
                results = try await ConsentCommand.withInstallation(options) { [tenant] installation in
                    try await installation.consentVerifier.verify(tenant)
                }
            } catch {
                var failure = CommandFailure(error)
                failure.exit = .unavailable
                throw failure.end()
            }
            let isWhole = results.allSatisfy(\.isWhole)
            if json {
                print((["whole": .bool(isWhole), "tenants": .array(results.map(\.json))] as JSON).text)
            } else {
                let rows = results.map { result -> JSON in
                    [
                        "tenant": .string(result.tenant.description), "events": .int(result.events),
                        "state": .string(result.isWhole ? "whole" : "not whole"),
                    ]
                }
                Table.lines(["tenant", "events", "state"], rows).forEach { print($0) }
                for result in results {
                    for finding in result.findings {
                        let place = finding.sequence.map { ", event \($0)" } ?? ""
                        print("\(result.tenant)\(place): \(finding.kind.rawValue): \(finding.meaning)")
                    }
                    if result.further > 0 { print("\(result.tenant): and \(result.further) more") }
                }
            }
            if !isWhole { throw CommandFailure(.findings, "the ledger is not whole.").end() }
        }
    }
}

extension ConsentVerification {
    var json: JSON {
        [
            "tenant_id": .id(tenant), "events": .int(events), "whole": .bool(isWhole),
            "findings": .array(
                findings.map { finding in
                    [
                        "kind": .string(finding.kind.rawValue), "sequence": finding.sequence.map { .int($0) } ?? .null,
                        "meaning": .string(finding.meaning),
                    ]
                }), "further_findings": .int(further),
        ]
    }
}
