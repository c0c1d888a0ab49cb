import ArgumentParser
import PluginKit

extension TenantCommand {
    struct Move: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask to move a tenant to another region; a second member of staff decides.",
            discussion: "With --cancel the move that is under way ends, and the tenant goes on where it was.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @OptionGroup var why: ReasonOption
        @Option(help: "Region that is to hold its data; obhut region list shows them.") var region: String?
        @Option(help: "One of the region's shards; the first, unless said.") var shard: String?
        @Flag(help: "End the move that is under way.") var cancel = false

        func validate() throws {
            guard cancel != (region != nil), !cancel || shard == nil else {
                throw ValidationError("Give either --region or --cancel.")
            }
        }

        func call(_ admin: AdminClient) async throws {
            let path = of.path + "/region"
            guard let region else {
                let body: JSON = ["reason": .string(why.reason)]
                return remote.show(try await admin.call("POST", path + "/cancel", body, key: change.key))
            }
            let body: JSON = [
                "region": .string(region), "shard": shard.map { .string($0) } ?? .null, "reason": .string(why.reason),
            ]
            remote.show(try await admin.call("POST", path, body, key: change.key))
        }
    }

    struct MoveStatus: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where a tenant lives, and its move under way, else its last.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var of: TenantArgument

        func call(_ admin: AdminClient) async throws { remote.show(try await admin.call("GET", of.path + "/region")) }
    }
}
