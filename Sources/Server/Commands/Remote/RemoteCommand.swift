import ArgumentParser
import Foundation
import Logging
import Outbound
import PluginKit

/// What every command takes that calls a server.
struct RemoteOptions: ParsableArguments {
    static let urlVariable = "OBHUT_URL"
    static let tokenVariable = "OBHUT_TOKEN"
    /// Variables that are no settings and are used all the same.
    static let variables = [urlVariable, tokenVariable]

    @Option(help: "Where the server is reached; else the variable OBHUT_URL, else http://127.0.0.1:8080.")
    var url: String?

    @Flag(help: "Print JSON, for scripts.")
    var json = false

    func client(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> AdminClient {
        let given = url ?? environment[Self.urlVariable].flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:8080"
        guard let token = environment[Self.tokenVariable], !token.isEmpty else {
            throw CommandFailure(
                .notAllowed, "no staff token was given.",
                remedy:
                    "Set \(Self.tokenVariable); obhut token issue makes one. A token on the command line could be seen by others."
            )
        }
        guard given.hasPrefix("https://") || given.hasPrefix("http://") else {
            throw CommandFailure(
                .invalid, "\(given) is no URL.", remedy: "Give one such as https://wa.provider.example.")
        }
        var base = given
        while base.hasSuffix("/") { base.removeLast() }
        let http = CurlClient(
            policy: try EgressPolicy(exceptions: AdminClient.privateNetworks),
            logger: Logger(label: "remote", factory: { _ in SwiftLogNoOpLogHandler() }))
        return AdminClient(http: http, base: base + "/admin/v1", token: Secret(token))
    }

    /// One thing.
    func show(_ item: JSON) {
        if json { print(item.text) } else { Table.lines(of: item).forEach { print($0) } }
    }

    /// Many, in columns; as JSON one array.
    func show(_ items: [JSON], _ columns: [Column]) {
        if json { print(JSON.array(items).text) } else { Table.lines(columns, items).forEach { print($0) } }
    }

    /// That it was done, when there is nothing else to show.
    func say(_ sentence: String) {
        if !json { print(sentence) }
    }
}

/// A command that calls a server's admin API and shows what it answers.
protocol RemoteCommand: AsyncParsableCommand {
    var remote: RemoteOptions { get }

    func call(_ admin: AdminClient) async throws
}

extension RemoteCommand {
    mutating func run() async throws {
        do {
            try await call(try remote.client())
        } catch {
            throw CommandFailure(error).end()
        }
    }
}

/// A command that lists something: where, and what of it is shown.
protocol ListingCommand: RemoteCommand {
    var listing: ListingOptions { get }
    var path: String { get }
    var query: [(String, String?)] { get }
    static var columns: [Column] { get }
}

extension ListingCommand {
    var query: [(String, String?)] { [] }

    func call(_ admin: AdminClient) async throws {
        var items: [JSON] = []
        try await admin.every(path, query: query, atMost: listing.limit) { items.append($0) }
        remote.show(items, Self.columns)
    }
}

struct ListingOptions: ParsableArguments {
    @Option(help: "How many at most; all unless said.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit: expected a whole number from 1, found \(limit)") }
    }
}

/// What a command takes that changes something.
struct ChangeOptions: ParsableArguments {
    @Option(help: "Makes repeating safe where the server takes one; made up when not given.")
    var idempotencyKey: String?

    var key: String { idempotencyKey ?? UUID().uuidString.lowercased() }
}

/// Why: stands in the audit trail.
struct ReasonOption: ParsableArguments {
    @Option(help: "Why; it goes into the audit trail. Keep people's data out of it.")
    var reason: String
}

/// Which tenant.
struct TenantArgument: ParsableArguments {
    @Argument(help: "The tenant's id.")
    var tenant: String

    var path: String { "tenants/\(AdminClient.escaped(tenant))" }
}
