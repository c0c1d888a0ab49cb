import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Reads what a person's consents stand on, from one snapshot.
struct ConsentDossierReader: Sendable {
    let tenants: TenantService
    let provider: ProviderService
    let directory: RegionDirectory
    let plugins: PluginRegistry

    /// What is the same for all people of a tenant.
    struct Setting: Sendable {
        var tenant: Tenant
        var controller: ConsentDossier.Party
        var provider: ConsentDossier.Party?
        var region: AgreementRegion
        var recipients: [String: [AgreementRecipient]]
        var keys: TenantKeys
        var shard: Shard
    }

    func setting(of id: TenantID) async throws -> Setting {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        guard let region = directory.regions[tenant.region] else { throw PlatformError.notFound("region") }
        let details = try await tenants.details(id)
        let address = details.address.map { "\($0.street)\n\($0.postalCode) \($0.city)\n\($0.country)" }
        let controller = ConsentDossier.Party(
            name: details.legalName ?? tenant.name, register: details.register.map { "\($0.name) \($0.number)" },
            address: address, representative: details.representative?.name.revealed,
            officer: (try? details.party(named: tenant.name))?.dataProtectionOfficer,
            contact: details.breachContact?.email.revealed, country: details.address?.country)
        let party = try await provider.find()?.details.party
        return Setting(
            tenant: tenant, controller: controller,
            provider: party.map { party in
                ConsentDossier.Party(
                    name: party.name, register: party.register, address: party.address,
                    representative: party.representative, officer: party.dataProtectionOfficer,
                    contact: party.breachContact, country: nil)
            },
            region: AgreementRegion(id: tenant.region.rawValue, region.jurisdiction),
            recipients: plugins.channels.mapValues { plugin in
                plugin.manifest.dataFlows.map { AgreementRecipient(plugin: plugin.manifest.name, $0) }
            },
            keys: try await shard.keys.keys(of: id), shard: shard)
    }

    /// - Returns: nil for nobody, and for a person who was erased.
    func dossier(
        of named: ContactID, on channel: ChannelID? = nil, _ setting: Setting, _ tx: PostgresTransaction
    ) async throws -> ConsentDossier? {
        let (tenant, keys) = (setting.tenant.id, setting.keys)
        guard let contact = try await ContactStore.survivor(tenant, named, tx),
            let row = try await tx.query(ReadingStore.contact(tenant, contact)).first,
            let sealed = try row.decode("key_sealed", as: [UInt8]?.self)
        else { return nil }
        let open = try OpenContact(id: contact, keyID: row.decode("key_id"), keySealed: sealed, keys: keys)
        let name = try row.decode("name_sealed", as: [UInt8]?.self).map { Personal(try open.open(name: $0)) }
        let addresses = try await tx.query(ReadingStore.addresses(tenant, [contact])).map { row in
            let person = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                keys: keys)
            return (
                kind: try row.decode("kind", as: String.self),
                address: Personal(
                    try person.open(address: row.decode("address_sealed"), of: row.decode("identity_id")))
            )
        }
        let found = try await tx.pipeline([
            ConsentRecordStore.events(tenant, contact, channel), ConsentRecordStore.consents(tenant, contact, channel),
            ConsentRecordStore.purposes(tenant), ConsentTermsStore.profile(tenant), ConsentHeadStore.head(tenant),
        ])
        let events = try found[0].map {
            (channel: try $0.decode("channel_id", as: ChannelID.self), try event($0, keys))
        }
        let purposes = Dictionary(grouping: try found[2].map(ConsentTermsStore.purpose), by: \.name)
        let head = try found[4].first.map { ConsentHead(length: try $0.decode("length"), hash: try $0.decode("head")) }
        let now = Date()
        let consents = try found[1].map { row in
            let channel = try row.decode("channel_id", as: ChannelID.self)
            let purpose = try row.decode("purpose", as: String.self)
            let own = events.filter {
                $0.channel == channel && ($0.1.purpose == purpose || $0.1.purpose == ReservedPurpose.every)
            }.map(\.1)
            var consent = ConsentDossier.Consent(
                channel: channel, channelAddress: try row.decode("display_address"), plugin: try row.decode("plugin"),
                purpose: purpose, isSpecialCategory: try row.decode("is_special"), definition: nil,
                standing: try ConsentStanding(row).seen(at: now), events: own)
            let versions = purposes[purpose] ?? []
            let agreed = consent.agreeing?.evidence?["text_version"]?.string
            consent.definition = versions.first { "\($0.name)@\($0.version)" == agreed }
            return consent
        }
        return ConsentDossier(
            tenant: tenant, person: .init(id: contact, name: name, addresses: addresses),
            controller: setting.controller, provider: setting.provider, region: setting.region,
            profile: try found[3].first.map(ConsentTermsStore.kept), consents: consents,
            recipients: setting.recipients, chain: head ?? ConsentHead(length: 0, hash: ConsentChainEntry.origin),
            at: now)
    }

    private func event(_ row: PostgresRow, _ keys: TenantKeys) throws -> ConsentDossier.Event {
        let id = try row.decode("consent_event_id", as: ConsentEventID.self)
        let evidence = try row.decode("evidence_sealed", as: [UInt8]?.self).map { sealed in
            try JSON(parsing: keys.data.open(sealed, ConsentLedger.evidenceContext(id, keys.tenant)))
        }
        let hasGrounds = try row.decode("proof", as: ConsentProof?.self) != nil
        return ConsentDossier.Event(
            id: id, kind: try row.decode("kind"), purpose: try row.decode("purpose"),
            source: try row.decode("source"), setup: try row.decode("source_id", as: UUID?.self),
            occurredAt: try row.decode("occurred_at"), recordedAt: try row.decode("recorded_at"),
            expiresAt: try row.decode("expires_at"), grounds: hasGrounds ? try ConsentGrounds(row) : nil,
            evidence: evidence, evidenceUntil: try row.decode("evidence_until"), sequence: try row.decode("seq"),
            hash: try row.decode("hash"), previousHash: try row.decode("previous_hash"),
            evidenceHash: try row.decode("evidence_hash"))
    }
}

/// The SQL of records.
enum ConsentRecordStore {
    static func events(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID?) -> PostgresQuery {
        PostgresQuery(
            "consent-records.events",
            """
            SELECT e.consent_event_id, e.channel_id, e.purpose, e.kind, e.source, e.source_id, e.evidence_sealed, e.occurred_at,
                   e.recorded_at, e.expires_at, e.evidence_until, e.proof, e.is_explicit, e.age_confirmed, e.seq, e.hash,
                   e.previous_hash, e.evidence_hash
            FROM consent_events e
            JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
            WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2) AND ($3::uuid IS NULL OR e.channel_id = $3)
            ORDER BY least(e.occurred_at, e.recorded_at), e.seq
            """, [tenant, contact, channel])
    }

    /// Everything at once is told with each purpose, and by itself only where there is no other.
    static func consents(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID?) -> PostgresQuery {
        PostgresQuery(
            "consent-records.consents",
            """
            SELECT c.channel_id, c.purpose, c.state, c.since, c.expires_at, c.proof, c.is_explicit, c.age_confirmed, ch.plugin,
                   ch.display_address, is_special_category($1, c.purpose) AS is_special
            FROM effective_consents c
            JOIN channels ch ON ch.tenant_id = c.tenant_id AND ch.channel_id = c.channel_id
            WHERE c.tenant_id = $1 AND c.contact_id = $2 AND ($3::uuid IS NULL OR c.channel_id = $3)
              AND (c.purpose <> 'all' OR NOT EXISTS (
                  SELECT FROM consents o
                  WHERE o.tenant_id = $1 AND o.contact_id = $2 AND o.channel_id = c.channel_id AND o.purpose <> 'all'))
            ORDER BY c.channel_id, c.purpose
            """, [tenant, contact, channel])
    }

    /// Every version of every purpose, the latest first.
    static func purposes(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consent-records.purposes",
            """
            SELECT purpose, version, definition::text AS definition, created_at, retired_at
            FROM purposes
            WHERE tenant_id = $1
            ORDER BY purpose, version DESC
            """, [tenant])
    }

    /// People about whom there is anything, and whom the tenant is shown, in the order of their ids.
    static func people(_ tenant: TenantID, after: UUID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "consent-records.people",
            """
            SELECT c.contact_id
            FROM contacts c
            WHERE c.tenant_id = $1 AND c.merged_into IS NULL AND c.key_sealed IS NOT NULL AND NOT c.hidden
              AND ($2::uuid IS NULL OR c.contact_id > $2)
              AND EXISTS (SELECT FROM consents o WHERE o.tenant_id = $1 AND o.contact_id = c.contact_id)
            ORDER BY c.contact_id
            LIMIT $3
            """, [tenant, after, limit])
    }
}
