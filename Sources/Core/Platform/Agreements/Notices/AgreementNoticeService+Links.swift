public import PluginKit

import struct Foundation.Date

/// What the tenant's signatory sees of a notice by its link.
public struct SignatoryNotice: Sendable {
    public var notice: AgreementNotice
    public var agreement: Agreement
    public var tenantName: String
    public var providerName: String
}

extension AgreementNoticeService {
    /// A link to the notice, for the tenant; those before it open nothing any more.
    public func link(_ tenant: TenantID, _ id: AgreementNoticeID, _ cause: Cause) async throws -> (
        notice: AgreementNotice, link: Secret<String>
    ) {
        guard let row = try await agreements.control.query(AgreementNoticeStore.find(tenant, id)).first else {
            throw PlatformError.notFound("notice")
        }
        let notice = try AgreementNoticeStore.notice(row)
        // Whole seconds, as a JWT's are.
        let until = Date(timeIntervalSince1970: notice.objectionUntil.timeIntervalSince1970.rounded(.down))
        guard notice.state == .open, until > Date() else {
            throw PlatformError(.conflict, "The notice takes no objection any more.")
        }
        let link = AgreementLink(
            id: .generate(), tenant: tenant, agreement: notice.agreement, notice: id, expiresAt: until)
        try await agreements.control.transaction { tx in
            _ = try await tx.pipeline(AgreementLinkStore.replace(link))
            try await agreements.audit.enter(
                AuditRecord("notice.link_made", .init("notice", id), cause), in: .tenant(tenant), tx)
        }
        return (notice, try await agreements.links.make(link))
    }

    /// - Throws: `LinkRefusal`.
    public func view(_ text: String) async throws -> SignatoryNotice {
        let (link, id) = try await opened(text)
        guard let row = try await agreements.control.query(AgreementNoticeStore.find(link.tenant, id)).first else {
            throw LinkRefusal.unknown
        }
        return SignatoryNotice(
            notice: try AgreementNoticeStore.notice(row),
            agreement: try await agreements.find(link.tenant, link.agreement),
            tenantName: try await agreements.tenants.find(link.tenant).name,
            providerName: try await agreements.source.provider.require().party.name)
    }

    /// The tenant objects by the link, which is used up.
    public func object(_ text: String, by: Personal<String>, reason: String) async throws -> AgreementNotice {
        let (link, id) = try await opened(text)
        let cause = Cause(Principal(.signatory, id: link.id.description))
        return try await object(link.tenant, id, by: by, reason: reason, cause) { tx in
            try await AgreementService.use(link, tx)
        }
    }

    private func opened(_ text: String) async throws -> (AgreementLink, AgreementNoticeID) {
        guard let link = await agreements.links.read(text), let id = link.notice else { throw LinkRefusal.unknown }
        try await agreements.confirm(link)
        return (link, id)
    }
}
