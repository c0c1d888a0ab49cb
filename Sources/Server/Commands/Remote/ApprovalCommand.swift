import ArgumentParser
import PluginKit

struct ApprovalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval", abstract: "See and decide what needs a second member of staff.",
        subcommands: [List.self, Approve.self, Decline.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List what was asked for, newest first.")
        static let columns: [Column] = ["id", "action", "state", "reason", Column("asked", "asked_at")]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        var path: String { "approvals" }
    }

    struct Approve: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Approve; it is carried out at once.")
        @OptionGroup var remote: RemoteOptions
        @Argument(help: "Its id.") var approval: String

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("POST", "approvals/\(AdminClient.escaped(approval))/approve", [:]))
        }
    }

    struct Decline: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Decline.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var why: ReasonOption
        @Argument(help: "Its id.") var approval: String

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["reason": .string(why.reason)]
            remote.show(try await admin.call("POST", "approvals/\(AdminClient.escaped(approval))/decline", body))
        }
    }
}
