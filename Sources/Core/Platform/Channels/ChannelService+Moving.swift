public import PluginKit
import Postgres

import struct Foundation.Date

/// A number goes from one tenant to another, perhaps in another region. Another member of staff has to approve it.
///
/// What moves: the number, its credentials (sealed anew with the new tenant's key), its ingress. What stays: contacts,
/// conversations, messages and consents, which are not the number's. What waits to be sent fails with `channel_moved`.
///
/// The moment of the change is one row in the control plane, and lies `FormerOwner.lead` ahead when it is written, so
/// that every process knows of it when it comes. What happened before it goes to the former tenant, whenever it arrives;
/// what happened after it to the new one (`FormerOwner`).
extension ChannelService {
    static let movedFault = ChannelFault(
        code: "channel_moved", message: "The number was moved to another tenant before this was sent.",
        remedy: "Send it through another channel.")

    func register(with approvals: ApprovalService) {
        approvals.register(.moveChannel) { approval, cause in
            guard let from = approval.tenant, let channel = ChannelID(approval.subject.id),
                let target = approval.payload["to"]?.string.flatMap({ TenantID($0) })
            else { throw PlatformError.notFound("channel") }
            try await move(from, channel, to: target, cause.because(approval.reason))
        }
    }

    /// What a second member of staff is asked to approve, when nothing is in the way now.
    public func moveRequest(
        _ id: TenantID, _ channel: ChannelID, to target: TenantID, reason: String
    ) async throws -> ApprovalRequest {
        let place = try await place(of: id)
        let (known, _) = try await find(channel, place)
        guard known.state != .disconnected else { throw Self.notJoined }
        try await checkTenants(id, target)
        try await requireCovered(target, try plugin(known.plugin))
        try await checkAccount(known, place)
        return ApprovalRequest(
            .moveChannel, .init("channel", channel), tenant: id, payload: ["to": .string(target.description)],
            reason: reason)
    }

    /// Moves the channel; called again after an interruption, it goes on where that was.
    func move(_ id: TenantID, _ channel: ChannelID, to target: TenantID, _ cause: Cause) async throws {
        guard id != target else { throw Self.sameTenant }
        let (from, to) = (try await place(of: id), try await place(of: target))
        let (known, values) = try await find(channel, from)
        let owner = try await routes.channel(plugin: known.plugin, kind: "channel", known.address)
        if let owner, owner.tenant == target {
            // The moment is written down already.
            return try await finish(known, from, owner.channel, to, cause)
        }
        guard let owner, owner.tenant == id, owner.channel == channel else { throw Self.notJoined }
        try await checkTenants(id, target)
        let account = try await checkAccount(known, from)
        let plugin = try plugin(known.plugin)
        try await requireCovered(target, plugin)
        let configuration = try Self.check(values, plugin.channelSchema, at: "configuration")
        // Nothing goes out for the old tenant any more: what carries an id made later is not theirs.
        _ = try await from.shard.app.transactionBatch(
            settings: asTenant(id),
            [ChannelStore.setState(id, channel, .stopped(reason: "The number moves to another tenant."))])
        let new = try await prepare(known, configuration, account, to)
        let since = Date(timeIntervalSinceNow: FormerOwner.lead)
        try await control.transaction { tx in
            let moved = try await tx.pipeline([
                RouteStore.move(known, to: new, since: since), RouteStore.moveIngress(known, to: target),
            ])
            guard !moved[0].isEmpty, !moved[1].isEmpty else { throw Self.movedMeanwhile }
            // One order for everybody who enters two tenants' chains.
            for (tenant, after) in [(id, ["to": target.description]), (target, ["from": id.description])]
                .sorted(by: { $0.0 < $1.0 })
            {
                var told = JSONObject([
                    ("plugin", .string(known.plugin)), ("address", .string(known.address)),
                    ("since", .string(since.rfc3339)),
                ])
                for (name, value) in after { told[name] = .string(value) }
                try await audit.enter(
                    AuditRecord(
                        "channel.moved", .init("channel", tenant == id ? channel : new.id), cause,
                        after: .object(told)), in: .tenant(tenant), tx)
            }
        }
        try await finish(known, from, new.id, to, cause)
    }

    private static let movedMeanwhile = PlatformError(
        .conflict, "The channel was moved or disconnected at the same moment.", remedy: "Look at it again.")

    private static let sameTenant = PlatformError.invalid("tenant", "the channel is this tenant's already")

    // MARK: - What has to hold

    private func checkTenants(_ id: TenantID, _ target: TenantID) async throws {
        guard id != target else { throw Self.sameTenant }
        // Nothing goes live without a number, so the one that gets it may still be brought in.
        let allowed: [(tenant: TenantID, states: Set<TenantState>, sentence: String)] = [
            (id, [.active], "The tenant is not active under an agreement in force."),
            (
                target, [.onboarding, .active],
                "The tenant that gets the number is not active or onboarding under an agreement in force."
            ),
        ]
        for (tenant, states, sentence) in allowed {
            let state = try await tenants.find(tenant).state
            let isBound = try await tenants.agreements(tenant).contains { $0.state == .inForce }
            guard states.contains(state), isBound else {
                throw PlatformError(
                    .conflict, sentence, remedy: "Both tenants need an agreement in force before a number moves.")
            }
        }
    }

    /// What the messenger tells of an account goes to one tenant, so a number moves only when it is the account's only one here.
    /// - Returns: the account.
    @discardableResult
    private func checkAccount(_ channel: Channel, _ place: Place) async throws -> String? {
        try await place.shard.app.transaction(settings: asTenant(channel.tenant)) { tx in
            let row = try await tx.query(ChannelStore.lock(channel.tenant, channel.id)).first
            guard let account = try row?.decode("account_address", as: String?.self) else { return nil }
            guard try await tx.query(ChannelStore.sibling(channel, account: account)).isEmpty else {
                throw PlatformError(
                    .conflict, "The account at the messenger has other numbers of this tenant.",
                    remedy: "Move the number to an account of its own at the messenger first.")
            }
            return account
        }
    }

    // MARK: - Steps

    /// The channel in the new tenant's region, not carrying anything yet; also the one that an interrupted move left.
    private func prepare(
        _ known: Channel, _ configuration: PluginConfiguration, _ account: String?, _ to: Place
    ) async throws -> Channel {
        var fresh = known
        (fresh.id, fresh.tenant, fresh.state) = (.generate(), to.tenant.id, .stopped(reason: Self.unfinished))
        let (tenant, shard) = (to.tenant.id, to.shard)
        let add = ChannelStore.add(fresh, account: account, sealed: try seal(configuration, fresh, to.keys))
        if try await Self.isNew({ try await shard.app.transactionBatch(settings: asTenant(tenant), [add]) }) {
            return fresh
        }
        // It had this number before, or a move was interrupted.
        let rows = try await shard.app.transactionBatch(settings: asTenant(tenant), [ChannelStore.list(tenant)])[0]
        guard
            let left = try rows.map({ try ChannelStore.channel($0, of: tenant) })
                .first(where: { $0.plugin == known.plugin && $0.address == known.address })
        else { throw Self.movedMeanwhile }
        let update = ChannelStore.revive(
            left, ingress: known.ingressRoute, account: account, display: known.displayAddress,
            sealed: try seal(configuration, left, to.keys), secrets: known.secretsChanged)
        let revived = try await shard.app.transactionBatch(settings: asTenant(tenant), [update])[0]
        return try ChannelStore.channel(revived[0], of: tenant)
    }

    /// Forgets the channel where it was, and lets it work where it is.
    private func finish(
        _ old: Channel, _ from: Place, _ id: ChannelID, _ to: Place, _ cause: Cause
    ) async throws {
        _ = try await from.shard.app.transactionBatch(
            settings: asTenant(old.tenant),
            [
                ChannelStore.disconnect(old, sealed: try emptySeal(old, from.keys)),
                ChannelStore.endWaiting(old, Self.movedFault), QueueStore.hurry(old.tenant),
            ])
        wake(from.shard.id)
        let (channel, values) = try await find(id, to)
        guard channel.joinedAt == nil else { return }
        let plugin = try plugin(channel.plugin)
        let configuration = try Self.check(values, plugin.channelSchema, at: "configuration")
        guard let ingress = try await routes.ingress(channel.ingressRoute),
            let owner = try await routes.channel(plugin: channel.plugin, kind: "channel", channel.address)
        else { throw Self.movedMeanwhile }
        // The region may be another, and with it the place where the messenger stores.
        let report = await plugin.connect(
            connection(to: channel, configuration, to), to: point(channel, ingress.configuration), in: to.jurisdiction)
        // Not before every process knows whose the statuses are.
        let writes =
            [ChannelStore.settle(channel, Self.state(after: report), isJoined: report.failure == nil)]
            + (owner.former.map { [ChannelStore.hold(channel.tenant, channel.id, until: $0.until)] } ?? [])
        _ = try await to.shard.app.transactionBatch(settings: asTenant(channel.tenant), writes)
        try await audit.enter(
            AuditRecord(
                "channel.connected", .init("channel", id), cause, outcome: report.failure == nil ? .done : .refused,
                after: ["steps": report.trail]), in: .tenant(channel.tenant))
        if let problem = report.problem(aftermath: "The channel has moved and is stopped; connect it again to finish.")
        {
            throw problem
        }
        wake(to.shard.id)
    }
}
