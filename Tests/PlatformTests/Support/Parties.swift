import Foundation
import PluginKit
import Postgres

@testable import Platform

/// A tenant and the provider, with everything that an agreement names.
struct Parties: Sendable {
    let region: Region
    let tenant: TenantID
    let member: StaffMember

    var cause: Cause { Cause(.staff(member)) }

    static let draft = AgreementDraft(reference: "AVV-2026-001", language: .german)
    static let acceptance = AgreementAcceptance(
        name: Personal("Erika Beispiel"), role: Personal("Geschäftsführerin"), place: Personal("Köln"),
        confirmsAuthority: true, agrees: true, address: Personal("192.0.2.7"), userAgent: nil)

    static let provider = ProviderDetails(
        party: AgreementParty(
            name: "Obhut Test GmbH", register: "Amtsgericht Köln HRB 1", address: "Domplatz 1\n50667 Köln",
            representative: "Max Muster", representativeRole: "Geschäftsführer",
            breachContact: "breach@obhut.example"),
        governingLaw: BilingualText(german: "deutsches Recht", english: "German law"), venue: BilingualText("Köln"))

    static let details: ControllerDetails = {
        var details = ControllerDetails()
        details.legalName = "Praxis Sonnenhof GmbH"
        details.legalForm = "GmbH"
        details.address = .init(street: "Am Hof 2", postalCode: "50667", city: "Köln", country: "DE")
        details.representative = .init(name: Personal("Erika Beispiel"), function: Personal("Geschäftsführerin"))
        details.officer = .absent(because: "fewer than 20 people")
        details.breachContact = .init(
            name: Personal("Erika Beispiel"), email: Personal("erika@praxis.example"),
            phone: Personal("+492215550100"))
        details.purposes = ["Termine"]
        details.dataCategories = ["Kontaktdaten", "Nachrichten"]
        details.personCategories = ["Patienten"]
        details.specialCategories = .processed([.health])
        details.retention = [.messages: 365]
        details.languages = ["de"]
        return details
    }()

    init(in region: Region, describesProvider: Bool = true) async throws {
        self.region = region
        let installation = region.installation
        member = try await installation.staff.localOwner(.system)
        if describesProvider, try await installation.provider.find() == nil {
            _ = try await installation.provider.set(Self.provider, Cause(.staff(member)))
        }
        tenant = try await Self.describedTenant(in: region, Cause(.staff(member)))
    }

    /// An agreement in force, on the long way.
    func conclude() async throws -> Agreement {
        let service = region.installation.agreements
        let draft = try await service.draft(tenant, Self.draft, cause)
        let offer = try await service.offer(tenant, draft.id, days: 14, cause)
        _ = try await service.accept(offer.link.revealed, Self.acceptance)
        return try await service.countersign(tenant, draft.id, cause)
    }

    /// The agreement's state as the region knows it.
    func standing() async throws -> String {
        try await region.rows(
            "SELECT coalesce(agreement_state, 'none') AS state FROM tenant_standing WHERE tenant_id = $1", [tenant]
        )[0].decode("state")
    }

    func connect(_ messenger: Messenger, in installation: Installation) async throws -> Channel {
        let address = UUID().uuidString
        return try await installation.channels.connect(
            tenant,
            NewChannel(
                plugin: messenger.manifest.name,
                configuration: ["phone_number_id": address, "access_token": "token"],
                ingress: ["secret": Company.secret(of: address)]), cause
        ).channel
    }
}

extension Parties {
    static func describedTenant(in region: Region, _ cause: Cause) async throws -> TenantID {
        let tenants = region.installation.tenants
        let draft = try await tenants.create(name: "Praxis Sonnenhof", region: Region.name, cause)
        _ = try await tenants.change(
            draft.id, TenantChange(details: details.change, state: .onboarding), cause)
        return draft.id
    }
}
