import Console
import Foundation
import Hummingbird
import Platform
import PluginKit

/// The audit trail, to be read. That somebody read it is entered too.
extension ConsoleRoutes {
    private static let entriesPerPage = 50

    func addAudit(to pages: Pages) {
        pages.get("audit", .auditRead, use: showAudit)
        pages.get("audit/{chain}/{number}", .auditRead, use: showEntry)
    }

    @Sendable private func showAudit(_ turn: Turn) async throws -> Response {
        let names = ["chain", "action", "principal", "from", "until"]
        var state = FormState(
            Dictionary(uniqueKeysWithValues: names.compactMap { name in turn.query(name).map { (name, $0) } }))
        let chain = turn.query("chain").flatMap(AuditChain.init) ?? .control
        var filter = AuditFilter()
        filter.action = turn.query("action").map { String($0.prefix(64)) }
        state.values["chain"] = [chain.description]
        let members = try await self.names()
        // Staff are found by name too; of others the id is what there is.
        filter.principal = turn.query("principal").map { typed in
            members.first { $0.value.lowercased() == typed.lowercased() }?.key ?? String(typed.prefix(128))
        }
        for (field, day) in [("from", FormDay.start), ("until", FormDay.end)] {
            do {
                let text = try day(turn.query(field), field).map(Timestamp.text)
                if field == "from" { filter.since = text } else { filter.until = text }
            } catch let error as PlatformError {
                state.problems[field] = error.fields.first.map { turn.say(platform: $0.problem) }
            }
        }
        let page =
            state.problems.isEmpty
            ? try await installation.auditReader.entries(
                chain, filter, turn.page(limit: Self.entriesPerPage), turn.cause)
            : Page<AuditEntry>(items: [], next: nil)
        return try await turn.show(
            AuditPage(
                chains: try await chains(turn), names: try await tenantNames(),
                rows: page.items.map { row($0, members) }, filter: state,
                after: turn.query("after"), next: page.next))
    }

    private func chains(_ turn: Turn) async throws -> [String] {
        let page = PageRequest(limit: PageRequest.maximumLimit)
        return try await installation.auditReader.chains(page, turn.cause).items.map(\.chain.description)
    }

    /// Of as many tenants as a list has at most; of others the id is shown.
    private func tenantNames() async throws -> [String: String] {
        let tenants = try await installation.tenants.list(PageRequest(limit: PageRequest.maximumLimit)).items
        return Dictionary(uniqueKeysWithValues: tenants.map { ($0.id.description, $0.name) })
    }

    private func row(_ entry: AuditEntry, _ members: [String: String]) -> AuditPage.Row {
        let text = EntryText(entry, members)
        return .init(
            chain: entry.chain.description, number: entry.sequence, at: text.date, action: text.action,
            principal: text.principal, subject: text.subject)
    }

    @Sendable private func showEntry(_ turn: Turn) async throws -> Response {
        guard let number = Int(try turn.scope.parameters.require("number")) else {
            throw PlatformError.notFound("audit entry")
        }
        let entry = try await installation.auditReader.entry(number, of: try turn.scope.id("chain"), turn.cause)
        let text = EntryText(entry, try await names())
        return try await turn.show(
            AuditEntryPage(
                chain: entry.chain.description, number: entry.sequence, at: text.date, action: text.action,
                principal: text.principal, subject: text.subject, reason: text.reason, requestID: text.requestID,
                hash: Hex.text(entry.hash), previousHash: Hex.text(entry.previousHash), changes: text.changes))
    }
}

/// An entry's own text, as a page shows it.
private struct EntryText {
    private let json: JSON
    private let members: [String: String]

    /// - Parameter members: names by id: the trail names people by id alone.
    init(_ entry: AuditEntry, _ members: [String: String]) {
        json = (try? JSON(parsing: entry.text)) ?? .null
        self.members = members
    }

    var date: Date { json["at"]?.string.flatMap(Timestamp.date) ?? .distantPast }
    var action: String { json["action"]?.string ?? "?" }
    var reason: String? { json["reason"]?.string }
    var requestID: String? { json["request_id"]?.string }

    var principal: String {
        let (kind, id) = (json["principal"]?["kind"]?.string ?? "?", json["principal"]?["id"]?.string)
        guard let id else { return kind }
        return members[id] ?? "\(kind) \(id)"
    }

    var subject: String {
        let (kind, id) = (json["subject"]?["kind"]?.string ?? "?", json["subject"]?["id"]?.string ?? "?")
        return members[id] ?? "\(kind) \(id)"
    }

    var changes: [Difference] {
        let (before, after) = (json["before"]?.object, json["after"]?.object)
        let names = Set((before?.members ?? []).map(\.name) + (after?.members ?? []).map(\.name)).sorted()
        return names.map {
            Difference(term: $0, before: before?[$0].map(Self.text), after: after?[$0].map(Self.text))
        }
    }

    private static func text(_ json: JSON) -> String { json.string ?? json.text }
}
