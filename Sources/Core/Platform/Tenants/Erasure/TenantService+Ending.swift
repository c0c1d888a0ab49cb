public import PluginKit
import Postgres

import struct Foundation.Date

/// The end of a contract (Art. 28(3)(g) GDPR): sending and receiving stop, the data can be returned for a while, then they are erased.
/// Two members of staff decide on it (`ApprovalService`); what follows here carries it out, and can be asked for again.
extension TenantService {
    /// The longest that data are kept for return, in days.
    public static let erasureDelayLimit = 365

    /// Ends the contract. It holds with the next decision of the gate and the next webhook, in every process; of the tenant's keys only
    /// the scope `export:read` is left, within two seconds.
    /// - Parameter days: until the data are erased; as configured when nil.
    public func terminate(
        _ id: TenantID, reason: String, erasureDelay days: Int? = nil, _ cause: Cause
    ) async throws -> Tenant {
        let reason = try Self.checked(reason: reason, for: .terminated)
        let days = days ?? erasureDelay
        guard (0...Self.erasureDelayLimit).contains(days) else {
            throw PlatformError.invalid("erase_after_days", "give days, from 0 to \(Self.erasureDelayLimit)")
        }
        let known = try await find(id)
        if ProcessingRule.isOver(known.state) { return known }
        let isAllowed: @Sendable (Tenant, PostgresTransaction) async throws -> Void = { tenant, _ in
            guard TenantLifeCycle.next(from: tenant.state).contains(.terminated) else {
                throw PlatformError(.conflict, "A tenant that is \(tenant.state.rawValue) cannot be terminated.")
            }
        }
        let foreseen: Foreseen = { _, agreement in (.terminated, agreement) }
        return try await inBothPlaces(id, isAllowed: isAllowed, foreseen: foreseen) { tx in
            let eraseAfter = Date(timeIntervalSinceNow: Double(days) * 86_400)
            _ = try await tx.query(
                TenantStore.move(id, to: .terminated, reason: reason, eraseAfter: eraseAfter))
            let tenant = try TenantStore.tenant(try await tx.query(TenantStore.revise(id))[0])
            try await audit.enter(
                AuditRecord(
                    "tenant.terminated", .init("tenant", id), cause.because(reason),
                    before: ["state": .string(known.state.rawValue)],
                    after: [
                        "state": "terminated", "erase_after": .string(eraseAfter.rfc3339),
                        "revision": .number(String(tenant.revision)),
                    ]), in: .tenant(id), tx)
            return tenant
        }
    }

    /// Brings the erasure of a terminated tenant forward to now; the next look of an `ErasureWorker` begins it.
    public func eraseNow(_ id: TenantID, reason: String?, _ cause: Cause) async throws -> Tenant {
        try await control.transaction { tx in
            let tenant = try await Self.lock(id, tx)
            if tenant.state == .erased { return tenant }
            try Self.requireTerminated(tenant)
            let now = Date()
            if let due = tenant.eraseAfter, due <= now { return tenant }
            _ = try await tx.query(TenantStore.eraseAfter(id, now))
            let changed = try TenantStore.tenant(try await tx.query(TenantStore.revise(id))[0])
            try await audit.enter(
                AuditRecord(
                    "tenant.erasure_advanced", .init("tenant", id), cause.because(reason),
                    before: ["erase_after": tenant.eraseAfter.map { .string($0.rfc3339) } ?? .null],
                    after: ["erase_after": .string(now.rfc3339)]), in: .tenant(id), tx)
            return changed
        }
    }

    static func requireTerminated(_ tenant: Tenant) throws(PlatformError) {
        guard tenant.state != .terminated else { return }
        throw PlatformError(
            .conflict, "Only a terminated tenant is erased; this one is \(tenant.state.rawValue).",
            remedy: "End its contract first.")
    }
}
