import ArgumentParser
import PluginKit

struct AgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement", abstract: "Conclude, record, suspend, reinstate and end tenants' agreements.",
        subcommands: [
            List.self, Draft.self, Offer.self, Countersign.self, Withdraw.self, Record.self, Suspend.self,
            Reinstate.self, End.self, AgreementTextCommand.self,
        ])

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

        var path: String { "\(of.path)/agreements/\(AdminClient.escaped(agreement))" }

        func set(
            _ state: String, because reason: String? = nil, _ change: ChangeOptions, _ admin: AdminClient
        ) async throws -> JSON {
            var body = JSONObject([("state", .string(state))])
            body["reason"] = reason.map { .string($0) }
            return try await admin.call("PATCH", path, .object(body), key: change.key)
        }
    }

    struct Draft: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Draft an agreement that is to be concluded here.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var of: TenantArgument
        @Option(help: "How the provider calls it.") var reference: String
        @Option(help: "de or en.") var language: String
        @Option(help: "Name of a text; the standard one unless said.") var text: String?
        @Option(help: "Version of that text; its newest unless said.") var textVersion: Int?

        func validate() throws {
            if textVersion != nil, text == nil { throw ValidationError("--text-version: give --text too") }
        }

        func call(_ admin: AdminClient) async throws {
            var body = JSONObject([("reference", .string(reference)), ("language", .string(language))])
            if let text {
                var choice = JSONObject([("name", .string(text))])
                choice["version"] = textVersion.map { .number(String($0)) }
                body["text"] = .object(choice)
            }
            remote.show(try await admin.call("POST", of.path + "/agreement-drafts", .object(body), key: change.key))
        }
    }

    struct Offer: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Render and seal the document, and show the signatory's link once, alone on standard output.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument
        @Option(help: "How long the tenant may accept it.") var expiresInDays = 30

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["expires_in_days": .number(String(expiresInDays))]
            let offer = try await admin.call("POST", which.path + "/offer", body, key: change.key)
            if remote.json { return remote.show(offer) }
            StandardError.write(
                "agreement \(which.agreement) is offered until \(offer["expires_at"]?.string ?? "?"); "
                    + "the link is not shown again")
            print(offer["signing_url"]?.string ?? "")
        }
    }

    struct Countersign: RemoteCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign an accepted agreement for the provider; it is in force at once.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument

        func call(_ admin: AdminClient) async throws {
            remote.show(try await admin.call("POST", which.path + "/countersign", key: change.key))
        }
    }

    struct Withdraw: RemoteCommand {
        static let configuration = CommandConfiguration(abstract: "Take a draft or an offer back.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument
        @OptionGroup var why: ReasonOption

        func call(_ admin: AdminClient) async throws {
            let body: JSON = ["reason": .string(why.reason)]
            remote.show(try await admin.call("POST", which.path + "/withdraw", body, key: change.key))
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
        static let configuration = CommandConfiguration(
            abstract: "Ask to end an agreement, for good; a second member of staff decides.")
        @OptionGroup var remote: RemoteOptions
        @OptionGroup var change: ChangeOptions
        @OptionGroup var which: AgreementArgument
        @OptionGroup var why: ReasonOption

        func call(_ admin: AdminClient) async throws {
            remote.show(try await which.set("ended", because: why.reason, change, admin))
        }
    }
}
