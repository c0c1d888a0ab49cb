import ArgumentParser
import Foundation
import PluginKit

struct ChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channel", abstract: "Connect tenants' numbers and look after them.",
        subcommands: [List.self, Connect.self, Change.self, Health.self, Start.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List a tenant's channels.")
        static let columns: [Column] = [
            "id", "plugin", "address", Column("shown as", "display_address"), "state", Column("reason", "state_reason"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var of: TenantArgument
        var path: String { of.path + "/channels" }
    }

    /// What a channel is configured with. It holds secrets, so it is not given on the command line, where others could see it.
    struct FileOptions: ParsableArguments {
        @Option(
            help: "JSON file with configuration and ingress, as obhut plugins lists their keys; - for standard input.")
        var file: String

        func body(_ members: [(String, JSON)] = []) throws -> JSON {
            let data =
                file == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
            guard let data else { throw CommandFailure(.invalid, "the file \(file) cannot be read.") }
            guard let object = (try? JSON(parsing: Array(data)))?.object else {
                throw CommandFailure(
                    .invalid, "\(file) holds no JSON object.",
                    remedy: #"Give {"configuration": {…}, "ingress": {…}}."#)
            }
            return .object(JSONObject(members + object.members.map { ($0.name, $0.value) }))
        }
    }

    /// Which channel.
    struct ChannelArgument: ParsableArguments {
        @OptionGroup var of: TenantArgument
        @Argument(help: "The channel's id.") var channel: String

        var path: String { "\(of.path)/channels/\(AdminClient.escaped(channel))" }
    }

    struct Connect: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Connect a number to a tenant.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @OptionGroup var with: FileOptions
        @Option(help: "Channel plugin.") var plugin = "whatsapp-cloud"

        func call(_ admin: AdminClient) async throws {
            let body = try with.body([("plugin", .string(plugin))])
            remote.show(try await admin.call("POST", of.path + "/channels", body, key: change.key))
        }
    }

    struct Change: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what a channel is configured with; what the file does not name stays.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: ChannelArgument
        @OptionGroup var with: FileOptions

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("PATCH", which.path, try with.body(), key: change.key))
        }
    }

    struct Health: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the messenger how a channel is; ends with 1 unless it is healthy.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var which: ChannelArgument

        func call(_ admin: AdminClient) async throws {
            let health = try await admin.call("GET", which.path + "/health")
            if remote.json {
                remote.show(health)
            } else {
                print(health["state"]?.string ?? "")
                remote.show(health["findings"]?.array ?? [], ["name", "state", "detail"])
            }
            if health["state"] != "healthy" { throw CommandFailure(.findings, "the channel is not healthy.") }
        }
    }

    struct Start: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Let a stopped channel go on.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: ChannelArgument

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("POST", which.path + "/start", key: change.key))
        }
    }
}
