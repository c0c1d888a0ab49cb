public import PluginKit
import Postgres

import struct Foundation.Date

/// What the tenant's signatory sees by the link.
public struct SignatoryView: Sendable {
    public var agreement: Agreement
    public var tenantName: String
    public var providerName: String
    /// A fragment of HTML.
    public var documentHTML: String
}

/// Why a link opens nothing.
public enum LinkRefusal: String, Error, Sendable, CaseIterable { case unknown, expired, used, withdrawn }

extension AgreementService {
    /// - Throws: `LinkRefusal`.
    public func view(_ text: String) async throws -> SignatoryView {
        let link = try await open(text)
        let agreement = try await find(link.tenant, link.agreement)
        let html = try await file(.html, link.tenant, link.agreement)
        return SignatoryView(
            agreement: agreement, tenantName: try await tenants.find(link.tenant).name,
            providerName: try await source.provider.require().party.name,
            documentHTML: String(decoding: html, as: UTF8.self))
    }

    /// The document, by the link, also after it was used: whoever signed may fetch what they signed.
    public func document(_ text: String) async throws -> (pdf: [UInt8], agreement: Agreement) {
        guard let link = await links.read(text), link.notice == nil else { throw LinkRefusal.unknown }
        return (try await file(.pdf, link.tenant, link.agreement), try await find(link.tenant, link.agreement))
    }

    /// Accepts for the tenant. The link is used up.
    /// - Throws: `LinkRefusal`; `.invalid` naming what is missing, then the link is good still.
    public func accept(_ text: String, _ acceptance: AgreementAcceptance) async throws -> Agreement {
        let link = try await open(text)
        try acceptance.check()
        let now = Date()
        let cause = Cause(Principal(.signatory, id: link.id.description))
        let offered = try await find(link.tenant, link.agreement)
        let evidence = AgreementEvidence.acceptance(acceptance, of: offered, link: link.id, at: now)
        let keep = try files.add(.acceptance, evidence.encoded(), to: link.agreement, of: link.tenant)
        return try await step(.accept, link.tenant, link.agreement, "agreement.accepted", cause) { tx in
            try await Self.use(link, tx)
            _ = try await tx.query(keep)
        }
    }

    public func decline(_ text: String, reason: String?) async throws -> Agreement {
        let link = try await open(text)
        let cause = Cause(Principal(.signatory, id: link.id.description)).because(
            reason.map { String($0.prefix(1000)) })
        return try await step(.decline, link.tenant, link.agreement, "agreement.declined", cause) { tx in
            try await Self.use(link, tx)
        }
    }

    /// Signs for the provider and puts the agreement in force; the one before it is superseded.
    /// - Throws: `.preconditionFailed` when it is no longer as it was looked at.
    public func countersign(
        _ tenant: TenantID, _ id: AgreementID, expecting expected: Expected = .any, _ cause: Cause
    ) async throws -> Agreement {
        guard let member = cause.staff else {
            throw PlatformError(.forbidden, "Only a member of staff signs for the provider.")
        }
        let sealing = try requireSealing()
        let (signer, accepted, now) = (try await staff.find(member), try await find(tenant, id), Date())
        try expected.check(accepted.revision)
        _ = try AgreementLifeCycle.require(.countersign, from: accepted.state)
        let acceptance = try JSON(parsing: try await file(.acceptance, tenant, id))
        let evidence = AgreementEvidence.whole(accepted, acceptance: acceptance, signedBy: signer, at: now).encoded()
        let seal = try await sealing.seal(evidence, at: now)
        let kept = [
            try files.add(.evidence, evidence, to: id, of: tenant),
            try files.add(.evidenceSeal, seal, to: id, of: tenant),
        ]
        return try await tenants.inBothPlaces(tenant) { tx in
            let known = try await Self.lock(tenant, id, tx)
            try expected.check(known.revision)
            _ = try AgreementLifeCycle.require(.countersign, from: known.state)
            let rows = try await tx.pipeline(
                [AgreementStore.supersede(tenant), AgreementStore.countersign(tenant, id)] + kept
                    + [AgreementStore.find(tenant, id)])
            try await enter(
                "agreement.countersigned", tenant, id, cause, tx,
                after: ["document_sha256": .string(AgreementEvidence.hex(known.documentSHA256 ?? []))])
            return try AgreementStore.agreement(rows[rows.count - 1][0])
        }
    }

    private func open(_ text: String) async throws -> AgreementLink {
        guard let link = await links.read(text), link.notice == nil else { throw LinkRefusal.unknown }
        try await confirm(link)
        return link
    }

    /// - Throws: `LinkRefusal` for one that was used, revoked or has expired.
    func confirm(_ link: AgreementLink) async throws {
        guard let row = try await control.query(AgreementLinkStore.find(link)).first else { throw LinkRefusal.unknown }
        if try row.decode("used_at", as: Date?.self) != nil { throw LinkRefusal.used }
        if try row.decode("revoked_at", as: Date?.self) != nil { throw LinkRefusal.withdrawn }
        if try row.decode("expired", as: Bool.self) { throw LinkRefusal.expired }
    }

    /// Once, whoever comes second.
    static func use(_ link: AgreementLink, _ tx: PostgresTransaction) async throws {
        guard try await tx.query(AgreementLinkStore.use(link)).affectedRows == 1 else { throw LinkRefusal.used }
    }
}
