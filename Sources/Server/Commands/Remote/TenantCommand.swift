import ArgumentParser
import PluginKit

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Make, show, suspend, resume and move tenants.",
        subcommands: [
            List.self, Show.self, Create.self, Suspend.self, Resume.self, Terminate.self, Move.self, MoveStatus.self,
        ])

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
        @OptionGroup var why: ReasonOption

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["state": "suspended", "reason": .string(why.reason)]
            remote.show(try await admin.call("PATCH", of.path, body, key: change.key))
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
    struct Terminate: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for the end of a tenant's contract; a second member of staff decides.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @OptionGroup var why: ReasonOption

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["reason": .string(why.reason)]
            remote.show(try await admin.call("POST", of.path + "/termination", body, key: change.key))
        }
    }
}
