import Logging
public import PluginKit
import Postgres

/// Moves of tenants: asked for by one member of staff, approved by another, carried out by `TenantMover`.
public struct TenantMoveService: Sendable {
    let control: PostgresClient
    let tenants: TenantService
    let directory: RegionDirectory
    let audit: AuditTrail

    func register(with approvals: ApprovalService) {
        approvals.register(.changeRegion) { approval, cause in
            guard let tenant = approval.tenant,
                let region = approval.payload["region"]?.string.flatMap(RegionID.init(rawValue:)),
                let shard = approval.payload["shard"]?.string.flatMap(ShardID.init(rawValue:))
            else { throw PlatformError.notFound("tenant") }
            try await plan(approval.id, tenant, region, shard, cause.because(approval.reason))
        }
    }

    /// Where the tenant lives, and its move under way, else the last.
    public func place(of id: TenantID) async throws -> TenantPlace {
        let tenant = try await tenants.find(id)
        return TenantPlace(
            tenant: tenant, move: try await control.query(TenantMoveStore.latest(id)).first.map(TenantMoveStore.move))
    }

    /// What a second member of staff is asked to approve, when nothing is in the way now.
    /// - Parameter shard: where new tenants of the region go, when nil.
    public func request(
        _ id: TenantID, to region: RegionID, shard: ShardID? = nil, reason: String
    ) async throws -> ApprovalRequest {
        let place = try await target(try await tenants.find(id), region, shard, control)
        // Whoever approves shall not find that it could never have begun.
        try await directory.shard(place.shard).keys.check()
        return ApprovalRequest(
            .changeRegion, .init("tenant", id), tenant: id,
            payload: ["region": .string(place.region.rawValue), "shard": .string(place.shard.rawValue)], reason: reason)
    }

    private func target(
        _ tenant: Tenant, _ region: RegionID, _ shard: ShardID?, _ session: some PostgresSession
    ) async throws -> TenantMove.Place {
        let isMoving = try await !session.query(TenantMoveStore.open(tenant.id)).isEmpty
        do throws(MoveRule.Refusal) {
            let place = try MoveRule.target(
                tenant, region: region, shard: shard, served: directory.shards.mapValues(\.region), isMoving: isMoving)
            return place
        } catch {
            throw error.error
        }
    }

    /// Called again for the same approval it finds the move planned.
    private func plan(
        _ approval: ApprovalID, _ id: TenantID, _ region: RegionID, _ shard: ShardID, _ cause: Cause
    ) async throws {
        try await control.transaction { tx in
            let tenant = try await TenantService.lock(id, tx)
            guard try await tx.query(TenantMoveStore.find(approval)).isEmpty else { return }
            let place = try await target(tenant, region, shard, tx)
            let move = TenantMoveID.generate()
            _ = try await tx.query(TenantMoveStore.plan(move, tenant, to: place, approval))
            try await audit.enter(
                AuditRecord(
                    "move.planned", .init("move", move), cause,
                    before: ["region": .string(tenant.region.rawValue), "shard": .string(tenant.shard.rawValue)],
                    after: ["region": .string(place.region.rawValue), "shard": .string(place.shard.rawValue)]),
                in: .tenant(id), tx)
        }
    }

    /// Ends a move before the tenant lives elsewhere; a worker puts back what was begun.
    /// - Throws: `.conflict` when none is under way, or it is too late.
    public func cancel(_ id: TenantID, reason: String?, _ cause: Cause) async throws -> TenantPlace {
        guard let row = try await control.query(TenantMoveStore.open(id)).first else {
            _ = try await tenants.find(id)
            throw PlatformError(.conflict, "The tenant is not being moved.")
        }
        let known = try TenantMoveStore.move(row)
        guard try await cancel(known, because: "asked", cause.because(reason)) else {
            throw PlatformError(
                .conflict, "The tenant lives at the new place already.",
                remedy: "Let the move come to its end, then ask for one back.")
        }
        return try await place(of: id)
    }

    /// - Returns: false when it is too late.
    func cancel(_ known: TenantMove, because why: String, _ cause: Cause) async throws -> Bool {
        try await control.transaction { tx in
            guard let row = try await tx.query(TenantMoveStore.lock(known.tenant, known.id)).first else { return false }
            let move = try TenantMoveStore.move(row)
            guard [.waitingForNotice, .holding, .copying].contains(move.state) else { return false }
            if move.isUndone { return true }
            _ = try await tx.query(TenantMoveStore.cancel(move))
            try await audit.enter(
                AuditRecord(
                    "move.cancellation_asked", .init("move", move.id), cause,
                    before: ["state": .string(move.state.rawValue)], after: ["because": .string(why)]),
                in: .tenant(move.tenant), tx)
            return true
        }
    }

    /// What the tenant's last finished move erased where it came from.
    /// - Throws: `.notFound` when there was none yet.
    public func certificate(of tenant: TenantID) async throws -> ErasureCertificate {
        guard let row = try await control.query(TenantMoveStore.certificate(tenant)).first,
            let certificate = try ErasureStore.certificate(row)
        else { throw PlatformError.notFound("erasure certificate") }
        return certificate
    }
}

extension TenantService {
    /// - Throws: `.conflict` while the tenant is being moved.
    func requireStill(_ id: TenantID) async throws {
        guard try await control.query(TenantMoveStore.open(id)).isEmpty else {
            throw PlatformError(
                .conflict, "The tenant is being moved.", remedy: "Wait for the end of the move, or cancel it first.")
        }
    }
}
