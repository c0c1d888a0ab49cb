import PluginKit
import Postgres
import Synchronization

import struct Foundation.Date
import struct Foundation.UUID

/// Whose a channel's address is.
struct ChannelRoute: Sendable, Hashable {
    var tenant: TenantID
    var shard: ShardID
    var channel: ChannelID
    var ingress: IngressRouteID
    /// Whose the address was, when it moved lately.
    var former: FormerOwner?
}

/// An ingress with the configuration that checks what comes in.
struct IngressRoute: Sendable {
    var id: IngressRouteID
    var plugin: String
    var configuration: PluginConfiguration
    /// The secrets from before the last change, and until when they hold.
    var previous: PluginConfiguration?
    var previousUntil: Date?

    /// By which what comes in may be checked, the newest first.
    func configurations(at now: Date) -> [PluginConfiguration] {
        guard let previous, let previousUntil, previousUntil > now else { return [configuration] }
        return [configuration, previous]
    }
}

/// Looks routes up in the control plane and remembers them for a few seconds, so that a webhook costs no query there.
final class RouteDirectory: Sendable {
    private struct Entry<Value: Sendable>: Sendable {
        var value: Value
        var until: ContinuousClock.Instant
    }

    private struct Caches {
        var ingress: [IngressRouteID: Entry<IngressRoute>] = [:]
        var channels: [String: Entry<ChannelRoute>] = [:]
    }

    /// How long a changed secret may still be treated the old way. A channel that moves does so at a moment that lies
    /// further ahead, so that every process knows of it by then.
    static let lifetime = Duration.seconds(5)
    private static let capacity = 100_000

    private let store: RouteStore
    private let caches = Mutex(Caches())

    init(store: RouteStore) { self.store = store }

    func ingress(_ id: IngressRouteID) async throws -> IngressRoute? {
        let now = ContinuousClock.now
        if let entry = caches.withLock({ $0.ingress[id] }), entry.until > now { return entry.value }
        return try await currentIngress(id)
    }

    /// As the control plane has it now. A messenger asks whether an ingress is ours right after it was told of it.
    func currentIngress(_ id: IngressRouteID) async throws -> IngressRoute? {
        let now = ContinuousClock.now
        guard let route = try await store.ingress(id) else { return nil }
        caches.withLock { caches in
            if caches.ingress.count >= Self.capacity { caches.ingress = [:] }
            caches.ingress[id] = Entry(value: route, until: now + Self.lifetime)
        }
        return route
    }

    func channel(plugin: String, _ address: ChannelEvent.Address) async throws -> ChannelRoute? {
        let (kind, text) = address.parts
        let key = "\(plugin)/\(kind)/\(text)"
        let now = ContinuousClock.now
        if let entry = caches.withLock({ $0.channels[key] }), entry.until > now { return entry.value }
        guard text.count <= 128, !text.utf8.contains(0),
            let route = try await store.channel(plugin: plugin, kind: kind, text)
        else {
            return nil
        }
        caches.withLock { caches in
            if caches.channels.count >= Self.capacity { caches.channels = [:] }
            caches.channels[key] = Entry(value: route, until: now + Self.lifetime)
        }
        return route
    }
}

extension ChannelEvent.Address {
    var parts: (kind: String, text: String) {
        switch self {
        case .channel(let text): ("channel", text)
        case .account(let text): ("account", text)
        }
    }
}
