import Crypto
public import Documents
public import PluginKit
import Postgres

public import struct Foundation.Date

/// A person's consents as a file that anybody can check: JSON-LD, and a detached CMS seal over exactly its bytes.
public struct SealedConsentRecord: Sendable {
    public var contact: ContactID
    /// JSON-LD text.
    public var document: String
    public var seal: [UInt8]
    /// PEM, to check the seal with.
    public var certificate: String
    public var isSelfSigned: Bool

    public var sha256: [UInt8] { Array(SHA256.hash(data: Array(document.utf8))) }
}

/// Shows that people agreed: records for machines, documents for people.
public struct ConsentRecordService: Sendable {
    let reader: ConsentDossierReader
    let links: PersonLinks
    let sealing: SealingIdentity?
    let audit: AuditTrail
    let publicURL: String

    // MARK: - For the tenant

    /// - Throws: `.notFound` for nobody; `.unavailable` where there is nothing to seal with.
    public func record(_ caller: Caller, _ contact: ContactID, requestID: String?) async throws -> SealedConsentRecord {
        let dossier = try await dossier(caller.tenant, contact)
        let record = try await sealed(dossier, .record)
        try await enter("consent_record.read", [dossier.person.id], caller.tenant, cause(caller, requestID))
        return record
    }

    /// Everybody's, a page at a time, in the order of the contacts' ids.
    public func records(
        _ caller: Caller, _ page: PageRequest, requestID: String?
    ) async throws -> Page<SealedConsentRecord> {
        let after = try page.position()
        let setting = try await reader.setting(of: caller.tenant)
        let (dossiers, next) = try await setting.shard.app.transaction(
            settings: asTenant(caller.tenant), isolation: .repeatableRead, readOnly: true
        ) { tx in
            try await TenantStanding.requireExport(caller.tenant, tx)
            // Where a page ends hangs on people, never on whether there is a record of each.
            let people = try page.cut(
                try await tx.query(
                    ConsentRecordStore.people(caller.tenant, after: after, limit: page.limit + 1)
                ).map { try $0.decode("contact_id", as: ContactID.self) }
            ) { $0.rawValue }
            var found: [ConsentDossier] = []
            for person in people.items {
                if let dossier = try await reader.dossier(of: person, setting, tx) { found.append(dossier) }
            }
            return (found, people.next)
        }
        var records: [SealedConsentRecord] = []
        for dossier in dossiers { records.append(try await sealed(dossier, .record)) }
        if !records.isEmpty {
            try await enter(
                "consent_record.read", records.map(\.contact), caller.tenant, cause(caller, requestID))
        }
        return Page(items: records, next: next)
    }

    /// For a court, an authority, or the person who asks: PDF.
    public func proof(
        _ caller: Caller, _ contact: ContactID, language: DocumentLanguage, requestID: String?
    ) async throws -> [UInt8] {
        let dossier = try await dossier(caller.tenant, contact)
        let hash = Array(SHA256.hash(data: dossier.jsonLD(.record).encoded()))
        let pdf = try await DocumentPDF.render(
            ConsentProofDocument(dossier: dossier, language: language, recordSHA256: hash).make())
        try await enter("consent_proof.made", [dossier.person.id], caller.tenant, cause(caller, requestID))
        return pdf
    }

    private func dossier(_ tenant: TenantID, _ contact: ContactID) async throws -> ConsentDossier {
        let setting = try await reader.setting(of: tenant)
        let found = try await setting.shard.app.transaction(
            settings: asTenant(tenant), isolation: .repeatableRead, readOnly: true
        ) { tx in
            try await TenantStanding.requireExport(tenant, tx)
            return try await reader.dossier(of: contact, setting, tx)
        }
        guard let found else { throw PlatformError.notFound("contact") }
        return found
    }

    // MARK: - For the person

    /// What the person is shown.
    public struct Receipt: Sendable {
        public struct Consent: Sendable {
            public var title: String
            public var text: String?
            public var state: ConsentState
            public var since: Date?
            public var expiresAt: Date?
        }

        public var controller: String
        public var address: String?
        public var channelAddress: String?
        /// The tenant's of today. What a person was shown, the record says.
        public var noticeURL: String?
        public var imprintURL: String?
        public var consents: [Consent]
        /// Below the public address.
        public var withdrawalPath: String
    }

    /// - Throws: `LinkRefusal` for what is no link.
    public func receipt(_ link: String, language: String) async throws -> Receipt {
        let (dossier, withdrawal) = try await own(link)
        return Receipt(
            controller: dossier.profile?.profile.controller ?? dossier.controller.name,
            address: dossier.controller.address, channelAddress: dossier.consents.first?.channelAddress,
            noticeURL: (dossier.profile?.profile.notice.texts).flatMap { texts in
                LanguageChoice.best([language], of: texts.keys).flatMap { texts[$0]?.url }
            },
            imprintURL: dossier.profile?.profile.imprintURL,
            consents: dossier.consents.map { consent in
                Receipt.Consent(
                    title: consent.title(in: consent.language ?? language), text: consent.textShown,
                    state: consent.standing.state, since: consent.standing.since,
                    expiresAt: consent.standing.expiresAt)
            }, withdrawalPath: withdrawal)
    }

    /// The same for machines, sealed.
    public func sealedReceipt(_ link: String) async throws -> SealedConsentRecord {
        let (dossier, withdrawal) = try await own(link)
        return try await sealed(dossier, .receipt, withdrawalURL: publicURL + withdrawal)
    }

    /// Of one channel. Whatever the tenant's state, it is the person's.
    private func own(_ link: String) async throws -> (ConsentDossier, withdrawal: String) {
        guard let target = links.read(link, as: .receipt) else { throw LinkRefusal.unknown }
        do {
            let setting = try await reader.setting(of: target.tenant)
            guard setting.tenant.state != .erased else { throw LinkRefusal.unknown }
            let found = try await setting.shard.app.transaction(
                settings: asTenant(target.tenant), isolation: .repeatableRead, readOnly: true
            ) { tx in try await reader.dossier(of: target.contact, on: target.channel, setting, tx) }
            guard let found else { throw LinkRefusal.unknown }
            return (found, PersonLinks.path(.withdrawal, links.make(.withdrawal, target)))
        } catch let error as PlatformError where error.code == .notFound {
            throw LinkRefusal.unknown
        }
    }

    // MARK: - Sealing

    func sealed(
        _ dossier: ConsentDossier, _ profile: ConsentDossier.RecordProfile, withdrawalURL: String? = nil
    ) async throws -> SealedConsentRecord {
        guard let sealing else {
            throw PlatformError(
                .unavailable, "This process has nothing to seal with.", remedy: "Set signing.certificate_file.")
        }
        let text = dossier.jsonLD(profile, withdrawalURL: withdrawalURL).text
        return SealedConsentRecord(
            contact: dossier.person.id, document: text, seal: try await sealing.seal(Array(text.utf8)),
            certificate: sealing.identity.certificatePEM, isSelfSigned: sealing.isSelfSigned)
    }

    // MARK: - Trail

    private func cause(_ caller: Caller, _ requestID: String?) -> Cause {
        Cause(.apiKey(caller.key), requestID: requestID)
    }

    /// Whoever takes evidence out leaves a trace.
    func enter(_ action: String, _ people: [ContactID], _ tenant: TenantID, _ cause: Cause) async throws {
        let subject: AuditRecord.Subject =
            people.count == 1 ? .init("contact", people[0]) : .init("tenant", tenant)
        try await audit.enter(
            AuditRecord(
                action, subject, cause,
                after: people.count > 1 ? ["contacts": .array(people.map { .string($0.description) })] : nil),
            in: .tenant(tenant))
    }
}
