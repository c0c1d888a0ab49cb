import ArgumentParser
import Foundation
import PluginKit

struct AgreementTextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text", abstract: "Keep wordings of agreements beside the standard one.",
        subcommands: [List.self, Add.self, Show.self, Withdraw.self])

    struct List: ListingCommand {
        static let configuration = CommandConfiguration(abstract: "List the texts, by name and version.")
        static let columns: [Column] = [
            "name", "version", Column("tenant", "tenant_id"), Column("stored at", "stored_at"),
            Column("withdrawn at", "withdrawn_at"),
        ]
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var listing: ListingOptions
        @Option(help: "Only this tenant's own.") var tenant: String?
        @Option(help: "Only the versions of this one.") var name: String?
        var path: String { "agreement-texts" }
        var query: [(String, String?)] { [("tenant", tenant), ("name", name)] }
    }

    struct Add: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Store a version of a text, for good; name and version are what the files say.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @Option(help: "YAML file with the German text.") var de: String
        @Option(help: "YAML file with the English text.") var en: String
        @Option(help: "The tenant whose own it is; without, every tenant can be offered it.") var tenant: String?
        @Flag(help: "Only look whether it could be stored.") var check = false

        func call(_ admin: AdminClient) async throws {
            var body = JSONObject([("de", .string(try Self.content(de))), ("en", .string(try Self.content(en)))])
            body["tenant_id"] = tenant.map { .string($0) }
            let path = check ? "agreement-texts/check" : "agreement-texts"
            remote.show(try await admin.call("POST", path, .object(body), key: check ? nil : change.key))
        }

        private static func content(_ path: String) throws -> String {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.invalid, "the file \(path) cannot be read.")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw CommandFailure(.invalid, "the file \(path) is not UTF-8.")
            }
            return text
        }
    }

    /// Which version of which text.
    struct TextArgument: ParsableArguments {
        @Argument(help: "The text's name.") var name: String
        @Argument(help: "Which version.") var version: Int

        var path: String { "agreement-texts/\(AdminClient.escaped(name))/versions/\(version)" }
    }

    struct Show: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Show a version, or one of its files alone.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var which: TextArgument
        @Option(help: "de or en: print that file as it was stored.") var language: String?

        func validate() throws {
            if let language, !["de", "en"].contains(language) {
                throw ValidationError("--language: expected de or en, found \(language)")
            }
        }

        func call(_ admin: AdminClient) async throws {
            let text = try await admin.call("GET", which.path)
            if let language {
                print(text[language]?.string ?? "", terminator: "")
            } else if remote.json {
                remote.show(text)
            } else {
                // The files would bury the rest.
                let members = (text.object ?? JSONObject()).members.filter { !["de", "en"].contains($0.name) }
                remote.show(.object(JSONObject(members.map { ($0.name, $0.value) })))
            }
        }
    }

    struct Withdraw: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a version back: nothing new is made with it. What was made stays.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var which: TextArgument
        @OptionGroup var why: ReasonOption

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("POST", which.path + "/withdraw", ["reason": .string(why.reason)]))
        }
    }
}
