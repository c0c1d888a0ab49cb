import ArgumentParser
import PluginKit

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Make, show, suspend and resume tenants.",
        subcommands: [List.self, Show.self, Create.self, Suspend.self, Resume.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List the tenants, oldest first.")
        static let columns: [Column] = ["id", "name", "region", "state", Column("created", "created_at")]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        var path: String { "tenants" }
    }

    struct Show: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Show a tenant.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var of: TenantArgument

        func call(_ admin: AdminClient) async throws { remote.show(try await admin.call("GET", of.path)) }
    }

    struct Create: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Make a tenant.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @Option(help: "What it is called.") var name: String
        @Option(help: "Region that holds its data; obhut region list shows them.") var region: String

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["name": .string(name), "region": .string(region)]
            remote.show(try await admin.call("POST", "tenants", body, key: change.key))
        }
    }

    struct Suspend: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Suspend a tenant; holds at once, everywhere.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("PATCH", of.path, ["state": "suspended"], key: change.key))
        }
    }

    struct Resume: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Let a suspended tenant go on.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("PATCH", of.path, ["state": "active"], key: change.key))
        }
    }
}

struct AgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement", abstract: "Record, suspend, reinstate and end tenants' agreements.",
        subcommands: [List.self, Record.self, Suspend.self, Reinstate.self, End.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List a tenant's agreements, oldest first.")
        static let columns: [Column] = [
            "id", "state", "reference", Column("signed on", "signed_on"),
            Column("special category", "covers_special_category"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var of: TenantArgument
        var path: String { of.path + "/agreements" }
    }

    struct Record: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Record a signed agreement; it is in force at once.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @Option(help: "How the provider calls it.") var reference: String
        @Option(help: "YYYY-MM-DD.") var signedOn: String
        @Option(help: "SHA-256 of the signed document, 64 hexadecimal digits.") var documentSha256: String?
        @Flag(help: "It covers special-category (health) data.") var coversSpecialCategory = false

        func call(_ admin: AdminClient) async throws {
            var body = JSONObject([
                ("reference", .string(reference)), ("signed_on", .string(signedOn)),
                ("covers_special_category", .bool(coversSpecialCategory)),
            ])
            body["document_sha256"] = documentSha256.map { .string($0) }
            remote.show(try await admin.call("POST", of.path + "/agreements", .object(body), key: change.key))
        }
    }

    /// Which agreement.
    struct AgreementArgument: ParsableArguments {
        @OptionGroup var of: TenantArgument
        @Argument(help: "The agreement's id.") var agreement: String

        func set(_ state: String, _ change: ChangeOptions, _ admin: AdminClient) async throws -> JSON {
            try await admin.call(
                "PATCH", "\(of.path)/agreements/\(AdminClient.escaped(agreement))", ["state": .string(state)],
                key: change.key)
        }
    }

    struct Suspend: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Suspend an agreement: nothing is processed under it.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument

        func call(_ admin: AdminClient) async throws { remote.show(try await which.set("suspended", change, admin)) }
    }

    struct Reinstate: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Put a suspended agreement in force again.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument

        func call(_ admin: AdminClient) async throws { remote.show(try await which.set("in_force", change, admin)) }
    }

    struct End: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "End an agreement, for good.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument

        func call(_ admin: AdminClient) async throws { remote.show(try await which.set("ended", change, admin)) }
    }
}
