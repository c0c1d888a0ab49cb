import Logging
public import PluginKit

import struct Foundation.Date

/// Where messengers' webhooks enter: checked, read, routed, stored; only then answered.
public struct IngressService: Sendable {
    let plugins: PluginRegistry
    let routes: RouteDirectory
    let store: RouteStore
    let batches: [ShardID: GroupCommit<IngestItem, IngestOutcome>]

    /// Events that one webhook may bring; far more than fit into the largest that Meta posts (3 MB).
    public static let eventLimit = 10_000
    /// Events of one webhook that are stored in one transaction.
    static let eventsAtOnce = 256

    /// Answers the messenger's question whether the URL is ours.
    /// - Throws: `.notFound` for an ingress that does not exist.
    public func handshake(plugin: String, route: IngressRouteID, query: [String: String]) async throws -> IngressReply {
        guard let channel = plugins.channels[plugin], let ingress = try await routes.currentIngress(route),
            ingress.plugin == plugin
        else { throw Self.noIngress }
        let replies = ingress.configurations(at: Date()).map { channel.handshake(query: query, ingress: $0) }
        return replies.first { $0.status == 200 } ?? replies[0]
    }

    /// Makes sure of an ingress before anything of a body is read.
    /// - Throws: `.notFound` for an ingress that does not exist.
    public func require(plugin: String, route: IngressRouteID) async throws {
        _ = try await find(plugin, route)
    }

    /// Takes one webhook. Returns when everything in it is durable; a webhook that comes again changes nothing.
    /// - Throws: `IngressRefusal` when it is not the messenger's; `.unavailable` when it could not be stored, so that the messenger sends it again.
    public func receive(
        plugin: String, route: IngressRouteID, headers: IngressHeaders, body: [UInt8]
    ) async throws -> IngressReceipt {
        let receivedAt = Date()
        let (channel, ingress) = try await find(plugin, route)
        try Self.verify(headers, body, at: ingress, channel, receivedAt)
        let events = try channel.parse(body: body)
        guard events.count <= Self.eventLimit else {
            throw IngressRefusal.notOfThisMessenger("the body brings more than \(Self.eventLimit) events")
        }

        var items: [(route: ChannelRoute, events: [ChannelEvent])] = []
        var vouched = [ingress.id: true]
        var unroutable: [UnroutableKey: Int] = [:]
        for event in events {
            guard let owner = try await routes.channel(plugin: plugin, event.address) else {
                unroutable[UnroutableKey(event.address, reason: "unknown"), default: 0] += 1
                continue
            }
            // Who knows one ingress's secret must not be able to speak for a number of another.
            if vouched[owner.ingress] == nil {
                vouched[owner.ingress] = try await isSigned(headers, body, for: owner.ingress, plugin, channel)
            }
            guard vouched[owner.ingress] == true else {
                unroutable[UnroutableKey(event.address, reason: "other_ingress"), default: 0] += 1
                continue
            }
            let route = owner.owner(of: event, receivedAt: receivedAt)
            if let index = items.firstIndex(where: { $0.route == route }) {
                items[index].events.append(event)
            } else {
                items.append((route, [event]))
            }
        }
        if !unroutable.isEmpty { try await store.countUnroutable(plugin, ingress.id, unroutable) }
        var receipt = IngressReceipt(stored: 0, duplicates: 0, unroutable: unroutable.values.reduce(0, +))
        // A region that is down must not keep the others' part of a webhook from being stored; the messenger sends all of it again,
        // and what was stored is then a duplicate.
        var failure: (any Error)?
        var discarded: [TenantID: Int] = [:]
        for item in items {
            do {
                let outcome = try await keep(item.route, item.events, plugin, receivedAt)
                receipt.stored += outcome.stored
                receipt.duplicates += outcome.duplicates
                receipt.dropped += outcome.dropped
                if outcome.discarded > 0 { discarded[item.route.tenant, default: 0] += outcome.discarded }
            } catch {
                failure = error
            }
        }
        if !discarded.isEmpty { try await store.countDiscarded(plugin, discarded) }
        receipt.discarded = discarded.values.reduce(0, +)
        PlatformMetrics.count(receipt, plugin: plugin)
        if let failure { throw failure }
        return receipt
    }

    private func keep(
        _ route: ChannelRoute, _ events: [ChannelEvent], _ plugin: String, _ receivedAt: Date
    ) async throws -> IngestOutcome {
        guard let batch = batches[route.shard] else {
            throw PlatformError(
                .unavailable, "The region of this channel is not served here.", remedy: "Send it again later.")
        }
        var outcome = IngestOutcome()
        for start in stride(from: 0, to: events.count, by: Self.eventsAtOnce) {
            let part = Array(events[start..<min(start + Self.eventsAtOnce, events.count)])
            outcome.add(
                try await batch.submit(IngestItem(route: route, plugin: plugin, events: part, receivedAt: receivedAt)))
        }
        return outcome
    }

    /// A messenger may post the events of all numbers of an app to the URL of one: whether these bytes would have passed at the other
    /// number's own ingress too.
    private func isSigned(
        _ headers: IngressHeaders, _ body: [UInt8], for id: IngressRouteID, _ plugin: String,
        _ channel: any ChannelPlugin
    ) async throws -> Bool {
        guard let ingress = try await routes.ingress(id), ingress.plugin == plugin else { return false }
        do throws(IngressRefusal) {
            try Self.verify(headers, body, at: ingress, channel, Date())
            return true
        } catch {
            return false
        }
    }

    /// By the ingress's secrets or, for a while after a change, by those from before.
    private static func verify(
        _ headers: IngressHeaders, _ body: [UInt8], at ingress: IngressRoute, _ channel: any ChannelPlugin, _ now: Date
    ) throws(IngressRefusal) {
        do throws(IngressRefusal) {
            try channel.verify(headers: headers, body: body, ingress: ingress.configuration)
        } catch {
            guard case .signatureWrong = error, let previous = ingress.configurations(at: now).dropFirst().first else {
                throw error
            }
            try channel.verify(headers: headers, body: body, ingress: previous)
        }
    }

    private static let noIngress = PlatformError(
        .notFound, "There is no such ingress.", remedy: "Use the ingress URL shown with the channel.")

    private func find(_ plugin: String, _ route: IngressRouteID) async throws -> (any ChannelPlugin, IngressRoute) {
        guard let channel = plugins.channels[plugin], let ingress = try await routes.ingress(route),
            ingress.plugin == plugin
        else { throw Self.noIngress }
        return (channel, ingress)
    }
}
