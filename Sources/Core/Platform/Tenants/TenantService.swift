import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Tenants and their agreements, in the control plane; what the gate needs of them also in their region.
public struct TenantService: Sendable {
    let control: PostgresClient
    let directory: RegionDirectory
    let audit: AuditTrail
    /// Days from the end of a contract to the erasure of the data, unless said otherwise.
    let erasureDelay: Int

    /// Makes a tenant in `draft`.
    public func create(name: String, region: RegionID, _ cause: Cause) async throws -> Tenant {
        let name = try Self.checked(name: name)
        guard let shard = directory.firstShard(of: region) else {
            let known = directory.regions.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid("region", "there is no such region here; served are: \(known)")
        }
        let id = TenantID.generate()
        // The region first: a tenant that the control plane knows always has its keys.
        let standing = Self.standing(id, state: .draft, agreement: nil, coversSpecialCategory: false)
        _ = try await shard.app.transactionBatch(settings: asTenant(id), [standing] + shard.keys.creation(for: id))
        return try await control.transaction { tx in
            let tenant = try TenantStore.tenant(try await tx.query(TenantStore.create(id, name: name, shard))[0])
            try await audit.enter(
                AuditRecord(
                    "tenant.created", .init("tenant", id), cause,
                    after: [
                        "name": .string(tenant.name), "region": .string(tenant.region.rawValue),
                        "state": .string(tenant.state.rawValue),
                    ]), in: .tenant(id), tx)
            return tenant
        }
    }

    public func find(_ id: TenantID) async throws -> Tenant {
        guard let row = try await control.query(TenantStore.find(id)).first else {
            throw PlatformError.notFound("tenant")
        }
        return try TenantStore.tenant(row)
    }

    /// Who the tenant is in law, as far as it is written down.
    public func details(_ id: TenantID) async throws -> ControllerDetails {
        try await Self.details(id, control)
    }

    static func details(_ id: TenantID, _ session: some PostgresSession) async throws -> ControllerDetails {
        try await session.query(TenantDetailsStore.find(id)).first.map(TenantDetailsStore.details)
            ?? ControllerDetails()
    }

    public func list(_ page: PageRequest) async throws -> Page<Tenant> { try await list(TenantQuery(), page) }

    public func list(_ query: TenantQuery, _ page: PageRequest) async throws -> Page<Tenant> {
        var query = query
        query.text = query.text.map(\.trimmed)
        if let text = query.text, text.count > 200 || text.utf8.contains(0) {
            throw PlatformError.invalid("q", "give 200 characters at most")
        }
        // The order is part of the cursor: where one order stands says nothing in another.
        let parts = try page.parts(3)
        let after = try parts.map { parts -> (name: String, id: TenantID) in
            guard parts[0] == query.order.rawValue, let id = TenantID(parts[2]) else { throw PageRequest.badCursor }
            return (parts[1], id)
        }
        let look =
            switch query.order {
            case .created: TenantStore.byCreation(query, after: after?.id, limit: page.limit + 1)
            case .name: TenantStore.byName(query, after: after, limit: page.limit + 1)
            }
        let tenants = try await control.query(look).map(TenantStore.tenant)
        return page.cut(tenants) { [query.order.rawValue, $0.name, $0.id.description] }
    }

    static func checked(name: String) throws(PlatformError) -> String {
        let name = name.trimmed
        guard (1...200).contains(name.unicodeScalars.count), !name.utf8.contains(0) else {
            throw PlatformError.invalid("name", "give 1 to 200 characters")
        }
        return name
    }

    static func checked(reason: String?, for state: TenantState) throws(PlatformError) -> String? {
        guard let reason = reason?.trimmed, !reason.isEmpty else {
            guard TenantLifeCycle.needsReason(state) else { return nil }
            throw PlatformError.invalid("reason", "say why; whoever it is taken from will ask")
        }
        guard reason.unicodeScalars.count <= 1000, !reason.utf8.contains(0) else {
            throw PlatformError.invalid("reason", "give 1000 characters at most")
        }
        return reason
    }
}
