import ArgumentParser
import Foundation
import Logging
import Platform

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Issue, list and revoke staff tokens for the admin API.",
        subcommands: [Issue.self, List.self, Revoke.self], defaultSubcommand: Issue.self)

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a staff token; it is shown once, alone on standard output.")

        @OptionGroup var options: SettingsOptions

        @Option(help: "Whose token it is, or what it is for.")
        var label: String

        @Option(
            help: "E-mail address of the member of staff whose token it is; the installation's first owner unless said."
        )
        var staff: String?

        @Option(help: "After how many days it is refused.")
        var expiresInDays = 90

        func validate() throws {
            guard (1...3650).contains(expiresInDays) else {
                throw ValidationError(
                    "--expires-in-days: expected a whole number from 1 to 3650, found \(expiresInDays)")
            }
        }

        func run() async throws {
            let end = Date(timeIntervalSinceNow: Double(expiresInDays) * 86_400)
            let cause = Cause(.commandLine)
            let (token, text) = try await TokenCommand.withControlPlane(options) { plane in
                let member = try await plane.staff.member(named: staff, cause)
                return try await plane.adminTokens.issue(for: member.id, label: label, expiresAt: end, cause)
            }
            StandardError.write("staff token \(token.id) is good until \(Timestamp.text(end)); it is not shown again")
            print(text.revealed)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all staff tokens, those included that are no longer in force.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let now = Date()
            for token in try await TokenCommand.withControlPlane(options, { try await $0.adminTokens.list() }) {
                let end = token.expiresAt.map { "until \(Timestamp.text($0))" } ?? "without an end"
                print("\(token.id)  \(token.state(at: now).rawValue)  \(token.prefix)…  \(end)  \(token.label)")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a staff token; it is refused from the next request on.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Its id, as obhut token list shows it.")
        var id: String

        func run() async throws {
            guard let id = AdminTokenID(id) else {
                throw SettingsError(description: "\(id) is no id of a staff token; obhut token list shows them")
            }
            do {
                try await TokenCommand.withControlPlane(options) {
                    try await $0.adminTokens.revoke(id, Cause(.commandLine))
                }
            } catch let error as PlatformError where error.code == .notFound {
                throw SettingsError(description: "there is no staff token \(id); obhut token list shows them")
            }
            print("staff token \(id) is revoked")
        }
    }

    private static func withControlPlane<Value: Sendable>(
        _ options: SettingsOptions, _ body: (ControlPlane) async throws -> Value
    ) async throws -> Value {
        let settings = try options.load()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        return try await settings.withControlPlane(Logger(label: "token"), body)
    }
}
