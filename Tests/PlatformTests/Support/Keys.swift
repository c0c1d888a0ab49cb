import Foundation
import PluginKit

@testable import Platform

extension APIKeyService {
    /// For tests that are about other things than who asked for it.
    func issue(
        _ tenant: TenantID, label: String, scopes: Set<Scope>, expiresAt: Date?
    ) async throws -> (key: APIKey, token: Secret<String>) {
        try await issue(tenant, NewAPIKey(label: label, scopes: scopes, expiresAt: expiresAt), .system)
    }

    func revoke(_ tenant: TenantID, _ key: APIKeyID) async throws { try await revoke(tenant, key, .any, .system) }
}
