import Console
import Hummingbird
import Platform
import PluginKit

/// A number goes to another tenant, once a second member of staff agrees.
extension ConsoleRoutes {
    func addChannelMoves(to pages: Pages) {
        pages.get("tenants/{tenant}/channels/{channel}/move", .channelsMove) { turn in
            try await turn.show(try await movePage(turn, search: turn.query("search")))
        }
        pages.post("tenants/{tenant}/channels/{channel}/move", .channelsMove, use: askToMove)
    }

    private func movePage(_ turn: Turn, search: String?, _ form: FormState = FormState()) async throws
        -> MoveChannelPage
    {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let channel = try await installation.channels.find(tenant.id, try turn.scope.id("channel"))
        let text = search.map { String($0.prefix(200)) }
        var (targets, hasMore): ([Tenant], Bool) = ([], false)
        for state in [TenantState.active, .onboarding] {
            let found = try await installation.tenants.list(
                TenantQuery(text: text, state: state, order: .name), PageRequest(limit: PageRequest.maximumLimit))
            targets += found.items.filter { $0.id != tenant.id }
            hasMore = hasMore || found.next != nil
        }
        return MoveChannelPage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: channel.id.description, name: channel.name,
            targets: targets.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.map {
                .init(id: $0.id.description, name: $0.name, region: $0.region.rawValue)
            }, hasMore: hasMore, search: text ?? "", form: form)
    }

    @Sendable private func askToMove(_ turn: Turn) async throws -> Response {
        let (tenant, id): (TenantID, ChannelID) = (try turn.scope.id("tenant"), try turn.scope.id("channel"))
        do {
            guard let target = turn.form["to"].flatMap({ TenantID($0) }) else { throw PlatformError.missing("to") }
            let reason = try turn.reason("reason")
            _ = try await installation.askToMove(id, of: tenant, to: target, reason: reason, turn.cause)
            return turn.go(ConsolePath.channel(tenant.description, id.description), saying: .asked)
        } catch {
            let state = try turn.refused(by: error) { $0 == "tenant" ? "to" : nil }
            let search = turn.form["search"].flatMap { $0.isEmpty ? nil : $0 }
            return try await turn.show(try await movePage(turn, search: search, state), status: .refused(error))
        }
    }

    /// What a request for a move would do; nil for requests of other kinds. What is no longer there is told by its id.
    func move(_ approval: Approval) async throws -> ApprovalsPage.Move? {
        guard approval.action == .moveChannel, let from = approval.tenant,
            let target = approval.payload["to"]?.string.flatMap({ TenantID($0) })
        else { return nil }
        // A region that is down takes the number's name away, not the page.
        let channel = try? await installation.channels.list(from).first { $0.id.description == approval.subject.id }
        func place(_ id: TenantID) async throws -> ApprovalsPage.Move.Place {
            let tenant = try await installation.tenants.find(id)
            return .init(id: id.description, tenant: tenant.name, region: tenant.region.rawValue)
        }
        return .init(
            number: channel?.name ?? approval.subject.id, plugin: channel?.plugin ?? "–", from: try await place(from),
            to: try await place(target))
    }
}
