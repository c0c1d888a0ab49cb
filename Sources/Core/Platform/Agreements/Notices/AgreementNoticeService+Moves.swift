import Crypto
import PluginKit
import Postgres

/// The region is a fact of the annexes. While a tenant waits to be moved, what is present for its agreement is where it is going: so it is
/// told of that once, and of nothing to the contrary (Art. 28(2), (3)(a) GDPR).
extension AgreementNoticeService {
    enum MoveConsent: Sendable, Hashable {
        /// The annexes name the place, or there are none that are known here.
        case given
        case waiting
        case objected
    }

    /// The tenant as its agreement is to see it: where it is going, if it is.
    func present(_ tenant: TenantID) async throws -> (tenant: Tenant, move: TenantMove?) {
        var owner = try await agreements.tenants.find(tenant)
        let move = try await agreements.control.query(TenantMoveStore.open(tenant)).first.map(TenantMoveStore.move)
        guard let move, !move.isUndone, move.from.region != move.to.region else { return (owner, nil) }
        owner.region = move.to.region
        return (owner, move)
    }

    /// A second move to the same place is told of again, whatever became of the first.
    static func digest(_ changes: [AnnexChange], _ move: TenantMove?) throws -> [UInt8] {
        var hash = SHA256()
        hash.update(data: try ControlSeal.encode(changes))
        if let move { hash.update(data: Array(move.id.description.utf8)) }
        return Array(hash.finalize())
    }

    /// Tells the tenant, when it must be told, and says whether the move may begin.
    func consent(to move: TenantMove) async throws -> MoveConsent {
        guard move.from.region != move.to.region else { return .given }
        let (_, agreement, agreed) = try await standing(move.tenant)
        guard let agreement, let agreed else { return .given }
        guard let region = agreements.source.directory.regions[move.to.region] else { return .waiting }
        if agreed.region == AgreementRegion(id: move.to.region.rawValue, region.jurisdiction) { return .given }
        let isRefused = try await list(move.tenant).contains { notice in
            notice.agreement == agreement.id && notice.state == .objected && notice.announcedAt >= move.createdAt
                && notice.changes.contains { $0.subject == .region }
        }
        if isRefused { return .objected }
        try await look(move.tenant)
        return .waiting
    }

    /// The move does not take place: what the tenant was told of it holds no longer.
    func withdraw(_ move: TenantMove, _ tx: PostgresTransaction) async throws {
        guard move.from.region != move.to.region else { return }
        let open = try await tx.query(AgreementNoticeStore.list(move.tenant)).map(AgreementNoticeStore.notice).filter {
            $0.state == .open && $0.announcedAt >= move.createdAt && $0.changes.contains { $0.subject == .region }
        }
        for notice in open { _ = try await tx.query(AgreementNoticeStore.withdrawOpen(move.tenant, notice.agreement)) }
    }
}
