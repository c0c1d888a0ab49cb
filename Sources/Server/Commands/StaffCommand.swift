import ArgumentParser
import Foundation
import Logging
import Platform
import PluginKit

struct StaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "staff", abstract: "Add, list, disable and let in the provider's people.",
        subcommands: [Add.self, List.self, Disable.self, FirstOwner.self, Reset.self, Roles.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Add a member. How they sign in: by your OpenID Connect provider, or by the link of obhut staff reset.")

        @OptionGroup var options: SettingsOptions

        @Option(help: "E-mail address, by which the member signs in.")
        var email: String

        @Option(help: "Name, as colleagues see it.")
        var name: String

        @Option(help: "A role; may be given more than once: owner, onboarding, operations, support, auditor.")
        var role: [String]

        @Option(help: "Language of the console: de or en.")
        var language = "de"

        func run() async throws {
            let roles = role.compactMap(Role.init(rawValue:))
            guard roles.count == role.count, !roles.isEmpty else {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError(description: "--role: expected \(known)")
            }
            guard let language = StaffMember.Language(rawValue: language) else {
                throw SettingsError(description: "--language: expected de or en")
            }
            let new = NewStaffMember(
                email: Personal(email), displayName: Personal(name), roles: Set(roles), language: language)
            let member = try await StaffCommand.withControlPlane(options) {
                try await $0.staff.add(new, Cause(.commandLine))
            }
            print(member.id)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all members, those included that are disabled.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            for member in try await StaffCommand.withControlPlane(options, { try await $0.staff.list() }) {
                let roles = member.roles.map(\.rawValue).sorted().joined(separator: ",")
                print("\(member.id)  \(member.state.rawValue)  \(roles)  \(member.email.revealed)")
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Disable a member: all their sessions and tokens end at once.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Their e-mail address.")
        var email: String

        func run() async throws {
            let id = try await StaffCommand.withMember(email, options) { plane, member in
                try await plane.staff.change(member.id, StaffChange(state: .disabled), Cause(.commandLine)).id
            }
            print("\(id) is disabled")
        }
    }

    struct FirstOwner: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Make a one-time token for the console's set-up page; good for 30 minutes, until there is an owner.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let settings = try options.load()
            let token = try await StaffCommand.withControlPlane(options) {
                try await $0.signIn.firstOwnerToken(Cause(.commandLine))
            }
            StandardError.write(
                "type it in at \(try settings.text("http.public_url"))/console/set-up within 30 minutes")
            print(token.revealed)
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a one-time token by which a member sets password and authenticator anew; good for a day.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Their e-mail address.")
        var email: String

        func run() async throws {
            let settings = try options.load()
            let token = try await StaffCommand.withMember(email, options) { plane, member in
                try await plane.signIn.resetToken(for: member.id, Cause(.commandLine))
            }
            StandardError.write(
                "for the member alone, to type in at \(try settings.text("http.public_url"))/console/reset within a day"
            )
            print(token.revealed)
        }
    }

    struct Roles: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what each role may do.")

        @Flag(help: "As JSON.")
        var json = false

        func run() {
            if json {
                let roles = Role.allCases.map { role in
                    (role.rawValue, JSON.array(role.permissions.map(\.rawValue).sorted().map { .string($0) }))
                }
                return print(JSON.object(JSONObject(roles)).text)
            }
            for permission in Permission.allCases {
                let roles = Role.allCases.filter { $0.permissions.contains(permission) }.map(\.rawValue)
                print("\(permission.rawValue)  \(roles.joined(separator: ", "))")
            }
        }
    }

    private static func withMember<Value: Sendable>(
        _ email: String, _ options: SettingsOptions,
        _ body: (ControlPlane, StaffMember) async throws -> Value
    ) async throws -> Value {
        try await withControlPlane(options) { plane in
            do {
                return try await body(plane, try await plane.staff.member(named: email, Cause(.commandLine)))
            } catch let error as PlatformError where error.code == .notFound {
                throw SettingsError(
                    description: "there is no active member with this address; obhut staff list shows them")
            } catch let error as PlatformError {
                throw SettingsError(description: "\(error.message) \(error.remedy ?? "")")
            }
        }
    }

    private static func withControlPlane<Value: Sendable>(
        _ options: SettingsOptions, _ body: (ControlPlane) async throws -> Value
    ) async throws -> Value {
        let settings = try options.load()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        return try await settings.withControlPlane(Logger(label: "staff"), body)
    }
}
