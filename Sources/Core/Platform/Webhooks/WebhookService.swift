public import PluginKit
import Postgres

import struct Foundation.Date

/// Where a tenant wants to be told of what.
public struct WebhookService: Sendable {
    /// How long deliveries are signed with a secret that was replaced.
    static let overlap = 24.0 * 3600

    let directory: RegionDirectory
    let audit: AuditTrail
    let wake: @Sendable (ShardID) -> Void

    /// Oldest first.
    public func list(_ caller: Caller) async throws -> [WebhookEndpoint] {
        try await inTransaction(caller) { tx, _ in
            try await tx.query(WebhookStore.list(caller.tenant)).map(WebhookStore.endpoint)
        }
    }

    public func find(_ caller: Caller, _ id: WebhookEndpointID) async throws -> WebhookEndpoint {
        try await inTransaction(caller) { tx, _ in
            guard let row = try await tx.query(WebhookStore.find(caller.tenant, id)).first else { throw Self.unknown }
            return try WebhookStore.endpoint(row)
        }
    }

    /// From now on the endpoint is told what it asks for; nothing of before.
    /// - Returns: the endpoint, and its secret, which is shown now and never again.
    public func add(
        _ caller: Caller, url: String, kinds: Set<WebhookKind>, _ cause: Cause
    ) async throws -> (endpoint: WebhookEndpoint, secret: Secret<String>) {
        let url = try WebhookEndpoint.checked(url: url)
        guard !kinds.isEmpty else { throw Self.noKinds }
        let (id, secret) = (WebhookEndpointID.generate(), WebhookSecret.generate())
        let endpoint = try await inTransaction(caller) { tx, keys in
            let there = try await tx.query(WebhookStore.list(caller.tenant)).count
            guard there < WebhookEndpoint.limit else {
                throw PlatformError(
                    .conflict, "There are \(WebhookEndpoint.limit) endpoints already.", remedy: "Remove one first.")
            }
            let sealed = try Self.seal(secret, id, keys)
            let row = try await tx.query(
                WebhookStore.add(caller.tenant, id, url: url, kinds: kinds, sealed: sealed))[0]
            let endpoint = try WebhookStore.endpoint(row)
            try await enter("webhook_endpoint.added", endpoint, caller, cause)
            return endpoint
        }
        return (endpoint, secret.text)
    }

    /// - Throws: `.preconditionFailed` when it is not as expected.
    public func change(
        _ caller: Caller, _ id: WebhookEndpointID, _ change: WebhookEndpointChange, _ expected: Expected, _ cause: Cause
    ) async throws -> WebhookEndpoint {
        let url = try change.url.map(WebhookEndpoint.checked)
        if let kinds = change.kinds, kinds.isEmpty { throw Self.noKinds }
        let changed = try await changing(caller, id, expected) { old, _, tx, _ in
            var new = old
            new.url = url ?? old.url
            new.kinds = change.kinds ?? old.kinds
            new.state = change.state ?? old.state
            guard new != old else { return old }
            var writes = [WebhookStore.update(caller.tenant, new)]
            if old.state == .paused, new.state == .active { writes.append(QueueStore.hurry(caller.tenant)) }
            let rows = try await tx.pipeline(writes)
            let endpoint = try WebhookStore.endpoint(rows[0][0])
            try await self.enter("webhook_endpoint.changed", endpoint, caller, cause)
            return endpoint
        }
        if changed.state == .active { wake(caller.shard) }
        return changed
    }

    /// A new secret. For a day deliveries carry signatures by both.
    public func rotate(
        _ caller: Caller, _ id: WebhookEndpointID, _ cause: Cause
    ) async throws -> (endpoint: WebhookEndpoint, secret: Secret<String>) {
        let secret = WebhookSecret.generate()
        let endpoint = try await changing(caller, id, .any) { _, sealed, tx, keys in
            let row = try await tx.query(
                WebhookStore.rotate(
                    caller.tenant, id, sealed: try Self.seal(secret, id, keys), previous: sealed,
                    until: Date(timeIntervalSinceNow: Self.overlap)))[0]
            let endpoint = try WebhookStore.endpoint(row)
            try await self.enter("webhook_endpoint.rotated", endpoint, caller, cause)
            return endpoint
        }
        return (endpoint, secret.text)
    }

    /// What was still to be told to it is told no more.
    public func remove(_ caller: Caller, _ id: WebhookEndpointID, _ expected: Expected, _ cause: Cause) async throws {
        _ = try await changing(caller, id, expected) { old, _, tx, _ in
            _ = try await tx.query(WebhookStore.remove(caller.tenant, id))
            try await self.enter("webhook_endpoint.removed", old, caller, cause)
            return old
        }
    }

    // MARK: - Help

    private func changing(
        _ caller: Caller, _ id: WebhookEndpointID, _ expected: Expected,
        _ body: @Sendable (WebhookEndpoint, [UInt8], PostgresTransaction, TenantKeys) async throws -> WebhookEndpoint
    ) async throws -> WebhookEndpoint {
        try await inTransaction(caller) { tx, keys in
            guard let row = try await tx.query(WebhookStore.lock(caller.tenant, id)).first else { throw Self.unknown }
            let endpoint = try WebhookStore.endpoint(row)
            try expected.check(endpoint.revision)
            return try await body(endpoint, row.decode("secret_sealed"), tx, keys)
        }
    }

    private func inTransaction<Value: Sendable>(
        _ caller: Caller, _ body: @Sendable (PostgresTransaction, TenantKeys) async throws -> Value
    ) async throws -> Value {
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        return try await shard.app.transaction(settings: asTenant(caller.tenant)) { tx in try await body(tx, keys) }
    }

    /// Entered before the region commits: should that fail, the trail tells of something that did not happen, which is better than the
    /// other way round. The URL is the tenant's own and may hold a token of its server's, so the trail names the host alone.
    private func enter(_ action: String, _ endpoint: WebhookEndpoint, _ caller: Caller, _ cause: Cause) async throws {
        try await audit.enter(
            AuditRecord(
                action, .init("webhook_endpoint", endpoint.id), cause,
                after: [
                    "host": endpoint.host.map { .string($0) } ?? .null, "state": .string(endpoint.state.rawValue),
                    "kinds": .array(endpoint.kinds.map(\.rawValue).sorted().map { .string($0) }),
                ]), in: .tenant(caller.tenant))
    }

    private static func seal(_ secret: WebhookSecret, _ id: WebhookEndpointID, _ keys: TenantKeys) throws -> [UInt8] {
        try keys.data.seal(Array(secret.text.revealed.utf8), context(id, keys.tenant))
    }

    static func context(_ id: WebhookEndpointID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "webhook_endpoints", column: "secret_sealed", row: id, tenant: tenant)
    }

    private static let unknown = PlatformError.notFound("webhook endpoint")
    private static let noKinds = PlatformError.invalid(
        "kinds", "give at least one of \(WebhookKind.allCases.map(\.rawValue).joined(separator: ", "))")
}
