public import PluginKit
import Postgres

public import struct Foundation.Date

/// Tells tenants of changes in their annexes, takes objections, and lets a change take effect when its period is over.
///
/// What is new is held back from the first moment: an agreement covers the flows and the facts of the region that its annexes name and
/// no others, and the gate asks. So a change that nobody was told of yet does nothing either.
public struct AgreementNoticeService: Sendable {
    let agreements: AgreementService

    private var control: PostgresClient { agreements.control }

    /// Newest first.
    public func list(_ tenant: TenantID) async throws -> [AgreementNotice] {
        _ = try await agreements.tenants.find(tenant)
        return try await control.query(AgreementNoticeStore.list(tenant)).map(AgreementNoticeStore.notice)
    }

    /// Looks whether the annexes of the tenant's agreement still tell what is so, and tells the tenant what would change.
    /// - Returns: nil when nothing changed that the tenant must be told of beforehand, or it was told already.
    @discardableResult
    public func look(_ tenant: TenantID, at moment: Date = Date()) async throws -> AgreementNotice? {
        let (owner, agreement, agreed) = try await standing(tenant)
        guard let agreement, let agreed, let terms = agreement.electronic else { return nil }
        let objected = try await agreements.objectedFlows(tenant)
        let covered = Set(agreement.coveredFlows ?? [])
        var facts = try await agreements.source.facts(
            for: owner, reference: agreement.reference, objectionDays: terms.objectionDays, without: objected,
            at: moment)
        // Where a move leads is asked each time: what was objected to before keeps no tenant from being asked again.
        let move = try await present(tenant).move
        if move == nil {
            facts.region = facts.region.keeping(agreed.region, without: objected.subtracting(covered))
        }
        let changes = AnnexDifference.between(agreed, facts)
        guard changes.contains(where: \.mayObject) else { return nil }
        let agreedRegion = Set(RegionKeys.keys(of: agreed.region))
        let digest = try Self.digest(changes, move)
        if try await control.query(AgreementNoticeStore.isKnown(tenant, agreement.id, digest: digest)).first != nil {
            return nil
        }
        let id = AgreementNoticeID.generate()
        let notice = AgreementNotice(
            id: id, tenant: tenant, agreement: agreement.id, state: .open, changes: changes, announcedAt: moment,
            objectionUntil: moment.addingTimeInterval(Double(terms.objectionDays) * 86_400), decidedAt: nil,
            newFlows: agreements.source.flows(without: objected).filter { !covered.contains($0) }
                + RegionKeys.keys(of: facts.region).filter { !covered.contains($0) && !agreedRegion.contains($0) },
            annexesSealed: try agreements.seals.seal(facts, Self.context(tenant, id)))
        let text = String(decoding: try ControlSeal.encode(changes), as: UTF8.self)
        do {
            try await control.transaction { tx in
                _ = try await tx.pipeline([
                    AgreementNoticeStore.withdrawOpen(tenant, agreement.id),
                    AgreementNoticeStore.add(notice, changes: text, digest: digest),
                ])
                try await enter("agreement.change_announced", notice, .system, tx)
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            // Another process told it at the same moment.
            return nil
        }
        return notice
    }

    /// The tenant does not want the change.
    /// - Parameter by: who said so for the tenant, and how: kept sealed.
    public func object(
        _ tenant: TenantID, _ id: AgreementNoticeID, by: Personal<String>, reason: String, _ cause: Cause
    ) async throws -> AgreementNotice {
        try await object(tenant, id, by: by, reason: reason, cause) { _ in }
    }

    func object(
        _ tenant: TenantID, _ id: AgreementNoticeID, by: Personal<String>, reason: String, _ cause: Cause,
        also: @escaping @Sendable (PostgresTransaction) async throws -> Void
    ) async throws -> AgreementNotice {
        let (by, reason) = (Personal(by.revealed.trimmed), reason.trimmed)
        guard (1...200).contains(by.revealed.unicodeScalars.count) else {
            throw PlatformError.invalid("name", "give 1 to 200 characters")
        }
        guard (1...4000).contains(reason.unicodeScalars.count) else {
            throw PlatformError.invalid("reason", "give 1 to 4000 characters")
        }
        let sealed = try agreements.seals.seal(
            ["name": by.revealed, "reason": reason],
            SealContext(table: "agreement_notices", column: "objection_sealed", row: id, tenant: tenant))
        return try await control.transaction { tx in
            let notice = try await open(tenant, id, tx)
            guard notice.objectionUntil > Date() else {
                throw PlatformError(
                    .conflict, "The period to object is over.", remedy: "End the agreement, or agree on another.")
            }
            try await also(tx)
            let rows = try await tx.pipeline([
                AgreementNoticeStore.decide(notice, .objected, objectionSealed: sealed),
                AgreementNoticeStore.find(tenant, id),
            ])
            try await enter("agreement.change_objected", notice, cause, tx)
            return try AgreementNoticeStore.notice(rows[1][0])
        }
    }

    /// Lets changes take effect whose period is over and to which nobody objected.
    /// - Returns: how many.
    @discardableResult
    public func takeEffect(at moment: Date = Date()) async throws -> Int {
        var count = 0
        for row in try await control.query(AgreementNoticeStore.due(at: moment)) {
            let tenant = try row.decode("tenant_id", as: TenantID.self)
            try await takeEffect(tenant, row.decode("notice_id"))
            count += 1
        }
        return count
    }

    private func takeEffect(_ tenant: TenantID, _ id: AgreementNoticeID) async throws {
        try await agreements.tenants.inBothPlaces(tenant) { tx in
            guard let row = try await tx.query(AgreementNoticeStore.find(tenant, id)).first else { return }
            let notice = try AgreementNoticeStore.notice(row)
            guard notice.state == .open else { return }
            let facts = try agreements.seals.open(
                AgreementFacts.self, notice.annexesSealed, Self.context(tenant, id))
            let sealed = try agreements.seals.seal(facts, AgreementService.annexesContext(tenant, notice.agreement))
            _ = try await tx.pipeline([
                AgreementNoticeStore.decide(notice, .effective),
                // With what was agreed of the region before, for an agreement that did not take it down.
                AgreementNoticeStore.moveAnnexes(
                    notice, covering: notice.newFlows + RegionKeys.keys(of: facts.region), annexesSealed: sealed),
            ])
            try await enter("agreement.change_effective", notice, .system, tx)
        }
    }

    /// The tenant, its agreement in force or suspended, and that agreement's annexes as they hold.
    func standing(_ tenant: TenantID) async throws -> (Tenant, Agreement?, AgreementFacts?) {
        let owner = try await present(tenant).tenant
        let rows = try await control.query(
            PostgresQuery(
                "agreements.annexes",
                """
                SELECT agreement_id, annexes_sealed
                FROM agreements
                WHERE tenant_id = $1 AND state IN ('in_force', 'suspended') AND annexes_sealed IS NOT NULL
                """, [tenant]))
        guard let row = rows.first else { return (owner, nil, nil) }
        let id = try row.decode("agreement_id", as: AgreementID.self)
        let sealed = try row.decode("annexes_sealed", as: [UInt8].self)
        let agreement = try await agreements.find(tenant, id)
        return (owner, agreement, try agreements.annexes(sealed, tenant, id))
    }

    private func open(
        _ tenant: TenantID, _ id: AgreementNoticeID, _ tx: PostgresTransaction
    ) async throws -> AgreementNotice {
        guard let row = try await tx.query(AgreementNoticeStore.find(tenant, id)).first else {
            throw PlatformError.notFound("notice")
        }
        let notice = try AgreementNoticeStore.notice(row)
        guard notice.state == .open else {
            throw PlatformError(
                .conflict, "A notice that is \(notice.state.rawValue) takes no objection.",
                remedy: "Only an open one does.")
        }
        return notice
    }

    private func enter(
        _ action: String, _ notice: AgreementNotice, _ cause: Cause, _ tx: PostgresTransaction
    ) async throws {
        try await agreements.audit.enter(
            AuditRecord(
                action, .init("notice", notice.id), cause,
                after: [
                    "agreement_id": .string(notice.agreement.description),
                    "changes": .array(notice.changes.map { .string($0.sentence.english) }),
                ]), in: .tenant(notice.tenant), tx)
    }

    private static func context(_ tenant: TenantID, _ id: AgreementNoticeID) -> SealContext {
        SealContext(table: "agreement_notices", column: "annexes_sealed", row: id, tenant: tenant)
    }
}
