import ArgumentParser
import PluginKit

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Issue, list and revoke tenants' API keys.",
        subcommands: [List.self, Issue.self, Revoke.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a tenant's API keys, those included that are no longer in force.")
        static let columns: [Column] = [
            "id", "label", "prefix", "scopes", Column("expires", "expires_at"), Column("revoked", "revoked_at"),
            Column("last used", "last_used_at"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var of: TenantArgument
        var path: String { of.path + "/api-keys" }
    }

    struct Issue: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue an API key; it is shown once, alone on standard output.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @Option(help: "What it is for.") var label: String
        @Option(name: .customLong("scope"), help: "What it may, such as messages:read; several times.")
        var scopes: [String]
        @Option(help: "Until when, RFC 3339.") var expiresAt: String?

        func call(_ admin: AdminClient) async throws {
            var body = JSONObject([
                ("label", .string(label)), ("scopes", .array(scopes.map { .string($0) })),
            ])
            body["expires_at"] = expiresAt.map { .string($0) }
            let key = try await admin.call("POST", of.path + "/api-keys", .object(body), key: change.key)
            if remote.json { return remote.show(key) }
            StandardError.write("API key \(key["id"]?.string ?? "") is in force; it is not shown again")
            print(key["token"]?.string ?? "")
        }
    }

    struct Revoke: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an API key; refused everywhere in two seconds.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @Argument(help: "The key's id.") var key: String

        func call(_ admin: AdminClient) async throws {
            try await admin.call("DELETE", "\(of.path)/api-keys/\(AdminClient.escaped(key))", key: change.key)
            remote.say("API key \(key) is revoked")
        }
    }
}

struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter", abstract: "See messages that were given up, and send them again.",
        subcommands: [List.self, Retry.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List a tenant's dead letters, newest first.")
        static let columns: [Column] = [
            Column("message", "message_id"), "attempts", Column("code", "fault.code"),
            Column("fault", "fault.message"), Column("given up", "dead_at"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var of: TenantArgument
        var path: String { of.path + "/dead-letters" }
    }

    struct Retry: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put one back at the end of its conversation, or all of a tenant's.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @Argument(help: "The message's id.") var message: String?
        @Flag(help: "All there are.") var all = false

        func validate() throws {
            guard (message == nil) == all else { throw ValidationError("give a message's id, or --all") }
        }

        func call(_ admin: AdminClient) async throws {
            var messages = message.map { [$0] } ?? []
            if all {
                try await admin.every(of.path + "/dead-letters") { messages.append($0["message_id"]?.string ?? "") }
            }
            for message in messages {
                // A key of its own each: one key is for one request.
                let key = change.idempotencyKey.map { all ? "\($0)-\(message)" : $0 } ?? change.key
                try await admin.call("POST", "\(of.path)/dead-letters/\(AdminClient.escaped(message))/retry", key: key)
                remote.say("message \(message) is queued again")
            }
            if remote.json { print(JSON.array(messages.map { .string($0) }).text) }
        }
    }
}

struct RegionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "region", abstract: "See the regions that a server serves.", subcommands: [List.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List the regions.")
        static let columns: [Column] = [
            "id", "country", "place", "operator", "shards", Column("health", "health.state"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        var path: String { "regions" }
    }
}
