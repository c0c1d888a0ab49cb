public import PluginKit
import Postgres

import struct Foundation.Date

// Each takes effect here at once, in other processes within two seconds.
extension APIKeyService {
    /// Changes a key's label or from where it may be used.
    /// - Throws: `.preconditionFailed` when the key is not as expected.
    public func change(
        _ tenant: TenantID, _ id: APIKeyID, _ change: APIKeyChange, _ expected: Expected, _ cause: Cause
    ) async throws -> APIKey {
        let label = try change.label.map(NewAPIKey.label)
        if let addresses = change.allowedAddresses { try NewAPIKey.check(addresses) }
        return try await changing(tenant, id, expected) { old, tx in
            var key = old
            key.label = label ?? old.label
            key.allowedAddresses = change.allowedAddresses ?? old.allowedAddresses
            guard key != old else { return old }
            key.revision += 1
            _ = try await tx.query(APIKeyStore.update(key))
            var (before, after) = (JSONObject(), JSONObject())
            if key.label != old.label { after["label"] = "changed" }
            if key.allowedAddresses != old.allowedAddresses {
                before["allowed_addresses"] = old.entry["allowed_addresses"]
                after["allowed_addresses"] = key.entry["allowed_addresses"]
            }
            try await self.audit.enter(
                AuditRecord(
                    "api_key.changed", .init("api_key", id), cause, before: .object(before), after: .object(after)),
                in: .tenant(tenant), tx)
            return key
        }
    }

    /// Ends a key. One that was revoked stays as it is.
    /// - Throws: `.preconditionFailed` when the key is not as expected.
    public func revoke(
        _ tenant: TenantID, _ id: APIKeyID, _ expected: Expected, _ cause: Cause
    ) async throws {
        _ = try await changing(tenant, id, expected) { old, tx in
            guard old.revokedAt == nil else { return old }
            var key = old
            key.revokedAt = Date()
            key.revision += 1
            _ = try await tx.query(APIKeyStore.update(key))
            try await self.audit.enter(
                AuditRecord("api_key.revoked", .init("api_key", id), cause), in: .tenant(tenant), tx)
            return key
        }
    }

    /// Issues a key with the same rights in the place of another, which goes on until the overlap ends.
    /// - Returns: the new key, and its token, which is shown now and never again.
    /// - Throws: `.conflict` for a key that is no longer in force, or was replaced before.
    public func rotate(
        _ tenant: TenantID, _ id: APIKeyID, _ rotation: APIKeyRotation, _ cause: Cause
    ) async throws -> (key: APIKey, token: Secret<String>) {
        let token = APIToken.generate(.tenant)
        let key = try await changing(tenant, id, .any) { old, tx in
            let now = Date()
            guard old.isInForce(at: now) else {
                throw PlatformError(
                    .conflict, "The key is no longer in force.", remedy: "Issue a new one in its place.")
            }
            guard old.replacedBy == nil else { throw Self.replaced }
            let new = try NewAPIKey(
                label: old.label, scopes: old.scopes, expiresAt: rotation.end(after: old, at: now),
                allowedAddresses: old.allowedAddresses
            ).checked(at: now)
            var former = old
            former.expiresAt = rotation.overlapEnd(of: old, at: now)
            former.revision += 1
            let added: PostgresRows
            do {
                added = try await tx.query(APIKeyStore.add(tenant, .generate(), new, token, replaces: id))
            } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                // Somebody else rotated it while we waited for the row.
                throw Self.replaced
            }
            _ = try await tx.query(APIKeyStore.update(former))
            let key = try APIKeyStore.key(added[0])
            var after = key.entry.object ?? JSONObject()
            after["replaced_by"] = .string(key.id.description)
            after["overlap_ends_at"] = former.expiresAt.map { .string($0.rfc3339) }
            try await self.audit.enter(
                AuditRecord("api_key.rotated", .init("api_key", id), cause, after: .object(after)),
                in: .tenant(tenant), tx)
            return key
        }
        return (key, token.text)
    }

    private static let replaced = PlatformError(
        .conflict, "The key was replaced before.", remedy: "Rotate the key that replaced it.")

    /// Runs a change with the key held, and forgets what is remembered of it.
    private func changing(
        _ tenant: TenantID, _ id: APIKeyID, _ expected: Expected,
        _ body: @Sendable (APIKey, PostgresTransaction) async throws -> APIKey
    ) async throws -> APIKey {
        defer { cache.forget(id) }
        return try await control.transaction { tx in
            guard let row = try await tx.query(APIKeyStore.lock(tenant, id)).first else {
                throw PlatformError.notFound("API key")
            }
            let key = try APIKeyStore.key(row)
            try expected.check(key.revision)
            return try await body(key, tx)
        }
    }
}
