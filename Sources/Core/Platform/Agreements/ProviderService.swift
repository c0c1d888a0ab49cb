import PluginKit
import Postgres

import struct Foundation.UUID

/// Who the provider is. One for the installation.
public struct ProviderService: Sendable {
    let control: PostgresClient
    let seals: ControlSeal
    let audit: AuditTrail

    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    private static let context = SealContext(
        table: "provider", column: "details_sealed", row: nobody, tenant: TenantID(nobody))

    /// - Returns: nil when nobody has said it yet. The revision grows with every change.
    public func find() async throws -> (details: ProviderDetails, revision: Int)? {
        let rows = try await control.query(
            PostgresQuery("provider.find", "SELECT details_sealed, revision FROM provider"))
        return try rows.first.map { row in
            let details = try seals.open(
                ProviderDetails.self, row.decode("details_sealed", as: [UInt8].self), Self.context)
            return (details, try row.decode("revision"))
        }
    }

    /// - Throws: `.conflict` when nobody has said it yet.
    func require() async throws -> ProviderDetails {
        if let found = try await find() { return found.details }
        throw PlatformError(
            .conflict, "It is not known yet who the provider is, which annex I must name.",
            remedy: "Set the provider's details: PUT /admin/v1/provider.")
    }

    /// Says who the provider is. What was offered stays as it was offered; tenants are told of what changes in their annexes.
    public func set(_ details: ProviderDetails, _ cause: Cause) async throws -> Int {
        try Self.check(details)
        let sealed = try seals.seal(details, Self.context)
        return try await control.transaction { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "provider.set",
                    """
                    INSERT INTO provider (details_sealed, key_id)
                    VALUES ($1, $2)
                    ON CONFLICT ON CONSTRAINT provider_pkey DO UPDATE
                    SET details_sealed = excluded.details_sealed, key_id = excluded.key_id,
                        revision = provider.revision + 1, updated_at = now()
                    RETURNING revision
                    """, [sealed, seals.key.id]))
            let revision = try rows[0].decode("revision", as: Int.self)
            try await audit.enter(
                AuditRecord(
                    "provider.described", .init("provider", "provider"), cause,
                    after: ["revision": .number("\(revision)")]), in: .control, tx)
            return revision
        }
    }

    private static func check(_ details: ProviderDetails) throws(PlatformError) {
        var problems: [PlatformError.Field] = []
        func text(_ path: String, _ text: String?) {
            guard let text else { return }
            if !(1...500).contains(text.unicodeScalars.count) || text.allSatisfy(\.isWhitespace)
                || text.utf8.contains(0)
            {
                problems.append(.init(path: path, problem: "give 1 to 500 characters"))
            }
        }
        text("name", details.party.name)
        text("register", details.party.register)
        text("address", details.party.address)
        text("representative", details.party.representative)
        text("representative_role", details.party.representativeRole)
        text("data_protection_officer", details.party.dataProtectionOfficer)
        text("breach_contact", details.party.breachContact)
        for (path, words) in [("governing_law", details.governingLaw), ("venue", details.venue)] {
            text("\(path).de", words.german)
            text("\(path).en", words.english)
        }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The provider is not described right.", fields: problems)
        }
    }
}
