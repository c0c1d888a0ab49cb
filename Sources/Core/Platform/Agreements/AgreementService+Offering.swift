import Crypto
import Documents
public import PluginKit
import Postgres

public import struct Foundation.Date

/// What an offer gives out: the link is shown now and never again.
public struct AgreementOffer: Sendable {
    public var agreement: Agreement
    public var link: Secret<String>
    public var linkExpiresAt: Date
}

extension AgreementService {
    /// Renders the document from the facts of now, fixes its hash, seals it, and makes the link for the tenant's signatory.
    /// - Throws: `.invalid` naming the facts that are missing, `.conflict` when it is no draft or its text was withdrawn;
    ///   `.preconditionFailed` when it is no longer as it was looked at.
    public func offer(
        _ tenant: TenantID, _ id: AgreementID, days: Int, expecting expected: Expected = .any, _ cause: Cause
    ) async throws -> AgreementOffer {
        guard Self.offerDaysLimit.contains(days) else {
            throw PlatformError.invalid("expires_in_days", "give days, from 1 to \(Self.offerDaysLimit.upperBound)")
        }
        let sealing = try requireSealing()
        let (owner, draft) = (try await tenants.find(tenant), try await find(tenant, id))
        try expected.check(draft.revision)
        _ = try AgreementLifeCycle.require(.offer, from: draft.state)
        guard let terms = draft.electronic else { throw PlatformError.notFound("draft") }
        let now = Date()
        let objected = try await objectedFlows(tenant)
        let facts = try await source.facts(
            for: owner, reference: draft.reference, objectionDays: terms.objectionDays, without: objected, at: now)
        let text = try await texts.wording(try terms.chosenText(), in: terms.language.ofDocument, for: tenant)
        let document = try AgreementDocument.make(text: text, facts: facts)
        let pdf = try await DocumentPDF.render(document)
        let html = Array(DocumentHTML.render(document, as: .fragment).utf8)
        let hash = Array(SHA256.hash(data: pdf))
        let seal = try await sealing.seal(pdf, at: now)
        // Rounded to seconds, as the link's own time is.
        let expiresAt = Date(timeIntervalSince1970: (now.timeIntervalSince1970 + Double(days) * 86_400).rounded(.down))
        let link = AgreementLink(id: .generate(), tenant: tenant, agreement: id, notice: nil, expiresAt: expiresAt)
        let change = AgreementStore.offer(
            tenant, id, textVersion: text.version, sha256: hash,
            factsSealed: try seals.seal(facts, Self.factsContext(tenant, id)),
            annexesSealed: try seals.seal(facts, Self.annexesContext(tenant, id)),
            flows: source.flows(without: objected) + RegionKeys.keys(of: facts.region),
            coversSpecialCategory: facts.processing.coversSpecialCategories,
            expiresAt: expiresAt)
        let kept = [
            try files.add(.pdf, pdf, to: id, of: tenant), try files.add(.html, html, to: id, of: tenant),
            try files.add(.seal, seal, to: id, of: tenant),
        ]
        let agreement = try await tenants.inBothPlaces(tenant) { tx in
            let known = try await Self.lock(tenant, id, tx)
            try expected.check(known.revision)
            _ = try AgreementLifeCycle.require(.offer, from: known.state)
            let rows = try await tx.pipeline(
                [change] + kept + AgreementLinkStore.replace(link) + [AgreementStore.find(tenant, id)])
            try await enter(
                "agreement.offered", tenant, id, cause, tx,
                after: [
                    "document_sha256": .string(AgreementEvidence.hex(hash)), "expires_at": .string(expiresAt.rfc3339),
                    "signer": .string(sealing.identity.fingerprint),
                ])
            return try AgreementStore.agreement(rows[rows.count - 1][0])
        }
        return AgreementOffer(agreement: agreement, link: try await links.make(link), linkExpiresAt: expiresAt)
    }

    /// A new link to an offer; those before it open nothing any more.
    public func renewLink(_ tenant: TenantID, _ id: AgreementID, _ cause: Cause) async throws -> AgreementOffer {
        let offered = try await find(tenant, id)
        guard offered.state == .offered, let until = offered.electronic?.offerExpiresAt else {
            throw PlatformError(
                .conflict, "An agreement that is \(offered.state.rawValue) has no link to sign it.",
                remedy: "Only an offered one has.")
        }
        let link = AgreementLink(id: .generate(), tenant: tenant, agreement: id, notice: nil, expiresAt: until)
        try await control.transaction { tx in
            _ = try await tx.pipeline(AgreementLinkStore.replace(link))
            try await enter("agreement.link_renewed", tenant, id, cause, tx)
        }
        return AgreementOffer(agreement: offered, link: try await links.make(link), linkExpiresAt: until)
    }

    static func factsContext(_ tenant: TenantID, _ id: AgreementID) -> SealContext {
        SealContext(table: "agreements", column: "facts_sealed", row: id, tenant: tenant)
    }

    static func annexesContext(_ tenant: TenantID, _ id: AgreementID) -> SealContext {
        SealContext(table: "agreements", column: "annexes_sealed", row: id, tenant: tenant)
    }

    /// The annexes as they hold.
    func annexes(_ sealed: [UInt8], _ tenant: TenantID, _ id: AgreementID) throws -> AgreementFacts {
        try seals.open(AgreementFacts.self, sealed, Self.annexesContext(tenant, id))
    }

    /// The flows that the tenant does not want.
    func objectedFlows(_ tenant: TenantID) async throws -> Set<String> {
        let rows = try await control.query(
            PostgresQuery(
                "agreement-notices.objected",
                """
                SELECT new_flows
                FROM agreement_notices
                WHERE tenant_id = $1 AND state = 'objected'
                """, [tenant]))
        return Set(try rows.flatMap { try $0.decode("new_flows", as: [String].self) })
    }
}
