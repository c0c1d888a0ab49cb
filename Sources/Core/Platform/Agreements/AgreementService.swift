import Documents
import PluginKit
import Postgres

import struct Foundation.Date

/// Agreements that are concluded here: drafted, offered, accepted by the tenant's signatory, countersigned.
public struct AgreementService: Sendable {
    let control: PostgresClient
    let tenants: TenantService
    let staff: StaffService
    let source: AgreementFactsSource
    let texts: AgreementTextService
    let seals: ControlSeal
    let links: AgreementLinks
    /// With what the provider seals; nil in a process that has no certificate.
    let sealing: SealingIdentity?
    let audit: AuditTrail

    var files: AgreementFiles { AgreementFiles(seals: seals) }

    /// Days that an offer is open unless said otherwise, and at most.
    public static let defaultOfferDays = 30
    public static let offerDaysLimit = 1...180

    public func find(_ tenant: TenantID, _ id: AgreementID) async throws -> Agreement {
        guard let row = try await control.query(AgreementStore.find(tenant, id)).first else {
            throw PlatformError.notFound("agreement")
        }
        return try AgreementStore.agreement(row)
    }

    /// - Throws: `.invalid` naming what is wrong; `.notFound` for a tenant or a text that is none; `.conflict` for a text that was
    ///   withdrawn.
    public func draft(_ tenant: TenantID, _ draft: AgreementDraft, _ cause: Cause) async throws -> Agreement {
        _ = try await tenants.find(tenant)
        var draft = draft
        draft.reference = draft.reference.trimmed
        guard (1...200).contains(draft.reference.unicodeScalars.count), !draft.reference.utf8.contains(0) else {
            throw PlatformError.invalid("reference", "give 1 to 200 characters")
        }
        guard (1...365).contains(draft.objectionDays) else {
            throw PlatformError.invalid("objection_days", "give days, from 1 to 365")
        }
        let text = try await texts.wording(draft.text, in: draft.language.ofDocument, for: tenant)
        let id = AgreementID.generate()
        let wanted = draft
        return try await control.transaction { tx in
            let rows = try await tx.pipeline([
                AgreementStore.draft(tenant, id, wanted, text: (text.id, text.version)),
                AgreementStore.find(tenant, id),
            ])
            try await enter(
                "agreement.drafted", tenant, id, cause, tx, after: ["text": .string("\(text.id)/\(text.version)")])
            return try AgreementStore.agreement(rows[1][0])
        }
    }

    /// What is kept of an agreement.
    /// - Throws: `.notFound` when there is none of that kind yet.
    public func file(_ kind: AgreementFileKind, _ tenant: TenantID, _ id: AgreementID) async throws -> [UInt8] {
        guard let row = try await control.query(AgreementFiles.find(kind, of: id, tenant)).first else {
            throw PlatformError.notFound("document")
        }
        return try files.content(row, kind, of: id, tenant)
    }

    /// Takes a draft, an offer or an accepted offer back.
    /// - Throws: `.preconditionFailed` when it is no longer as it was looked at.
    public func withdraw(
        _ tenant: TenantID, _ id: AgreementID, expecting expected: Expected = .any, _ cause: Cause
    ) async throws -> Agreement {
        try await step(.withdraw, tenant, id, "agreement.withdrawn", expecting: expected, cause)
    }

    /// A step that changes nothing but the state of one that is not in force.
    func step(
        _ step: AgreementLifeCycle.Step, _ tenant: TenantID, _ id: AgreementID, _ action: String,
        expecting expected: Expected = .any, _ cause: Cause,
        also: @escaping @Sendable (PostgresTransaction) async throws -> Void = { _ in }
    ) async throws -> Agreement {
        try await tenants.inBothPlaces(tenant) { tx in
            let known = try await Self.lock(tenant, id, tx)
            try expected.check(known.revision)
            let next = try AgreementLifeCycle.require(step, from: known.state)
            try await also(tx)
            let rows = try await tx.pipeline([
                AgreementStore.setState(tenant, id, next), AgreementLinkStore.revoke(tenant, id, notice: nil),
                AgreementStore.find(tenant, id),
            ])
            try await enter(
                action, tenant, id, cause, tx, before: ["state": .string(known.state.rawValue)],
                after: ["state": .string(next.rawValue)])
            return try AgreementStore.agreement(rows[2][0])
        }
    }

    func requireSealing() throws(PlatformError) -> SealingIdentity {
        if let sealing { return sealing }
        throw PlatformError(
            .unavailable, "This process has no certificate to seal with.", remedy: "Set signing.certificate_file.")
    }

    /// The agreement as it stands; whoever changes a tenant's agreements holds the tenant's row (`inBothPlaces`).
    static func lock(_ tenant: TenantID, _ id: AgreementID, _ tx: PostgresTransaction) async throws -> Agreement {
        guard let row = try await tx.query(AgreementStore.find(tenant, id)).first else {
            throw PlatformError.notFound("agreement")
        }
        return try AgreementStore.agreement(row)
    }

    func enter(
        _ action: String, _ tenant: TenantID, _ id: AgreementID, _ cause: Cause, _ tx: PostgresTransaction,
        before: JSON? = nil, after: JSON? = nil
    ) async throws {
        try await audit.enter(
            AuditRecord(action, .init("agreement", id), cause, before: before, after: after), in: .tenant(tenant), tx)
    }
}

extension StaffMember.Language {
    var ofDocument: DocumentLanguage { self == .german ? .german : .english }
}

extension Agreement.Electronic {
    /// The wording it was drafted with; the standard one as it comes with the platform now.
    func chosenText() throws -> AgreementTextChoice {
        guard let name = AgreementTextName(textID) else { throw PlatformError.notFound("text") }
        return AgreementTextChoice(name, version: name == .standard ? nil : Int(textVersion))
    }
}

extension AgreementService {
    /// Carries out what a second member of staff agreed to. Called again after a crash it finds it done.
    func end(_ approval: Approval, _ cause: Cause) async throws {
        guard let tenant = approval.tenant, let id = AgreementID(approval.subject.id) else {
            throw PlatformError.notFound("agreement")
        }
        guard try await find(tenant, id).state != .ended else { return }
        _ = try await tenants.setAgreementState(tenant, id, .ended, cause.because(approval.reason))
    }
}
