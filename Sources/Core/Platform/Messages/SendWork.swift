import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// One send waiting to be decided and stored.
struct SendItem: GroupItem {
    var caller: Caller
    var request: SendRequest
    /// Blind index of the idempotency key.
    var idempotencyHash: [UInt8]?

    var tenant: TenantID { caller.tenant }
    var weight: Int { 1 }
}

/// What the database knows about one send.
struct SendFacts: Sendable {
    var channel: ChannelID?
    var plugin: String?
    var channelState: ChannelState = .disconnected
    var channelCount = 0
    var contact: ContactID?
    var contactErased = false
    var contactRestricted = false
    var keyID: UUID?
    var keySealed: [UInt8]?
    var consent: ConsentStanding = .none
    var isSpecialCategory = false
    var isAdvertising = false
    var windowClosesAt: Date?
    /// An earlier message under the same idempotency key, and the hash of that request.
    var earlier: (message: MessageID, requestHash: [UInt8])?

    init(_ row: PostgresRow) throws {
        channelCount = try row.decode("channel_count")
        channel = try row.decode("channel_id")
        plugin = try row.decode("plugin")
        if let state = try row.decode("channel_state", as: String?.self) {
            channelState = ChannelState(state: state, reason: try row.decode("state_reason"))
        }
        contact = try row.decode("contact_id")
        if contact == nil, try row.decode("wanted_id", as: ContactID?.self) != nil { throw PersonMoved() }
        contactErased = try row.decode("erased_at", as: Date?.self) != nil
        contactRestricted = try row.decode("restricted_at", as: Date?.self) != nil
        keyID = try row.decode("key_id")
        keySealed = try row.decode("key_sealed")
        consent = try ConsentStanding(row, state: "consent_state")
        isSpecialCategory = try row.decode("is_special")
        isAdvertising = try row.decode("is_advertising")
        windowClosesAt = try row.decode("window_closes_at")
        if let message = try row.decode("earlier_id", as: MessageID?.self) {
            earlier = (message, try row.decode("earlier_hash"))
        }
    }
}

/// What is known of a tenant as a whole.
struct TenantStanding: Sendable {
    var state: TenantState
    var agreement: AgreementState?
    var coversSpecialCategory: Bool
    var covered: CoveredFlows
    /// How its terms want consents treated.
    var unproven: ConsentRules.Unproven
    var minimumAge: Int?
    /// Whether it is on its way to another shard, or lives elsewhere already.
    var isMoving: Bool

    init(_ row: PostgresRow) throws {
        isMoving = try row.decode("movement", as: String?.self) != nil
        state = try row.decode("tenant_state")
        agreement = try row.decode("agreement_state")
        coversSpecialCategory = try row.decode("covers_special_category")
        covered = CoveredFlows(try row.decode("covered_flows", as: [String]?.self))
        let standard = ConsentRules.standard
        unproven =
            try row.decode("unproven", as: String?.self).flatMap(ConsentRules.Unproven.init(rawValue:))
            ?? standard.unproven
        minimumAge = try row.decode("minimum_age", as: Int32?.self).map(Int.init) ?? standard.minimumAge
    }

    static func query(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "tenants.standing",
            """
            SELECT s.tenant_state, s.agreement_state, s.covers_special_category, s.covered_flows, s.movement,
                   p.profile ->> 'unproven' AS unproven, (p.profile ->> 'minimum_age')::integer AS minimum_age
            FROM tenant_standing s
            LEFT JOIN LATERAL (
                SELECT profile FROM consent_profiles WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1) p ON true
            WHERE s.tenant_id = $1
            """, [tenant])
    }

    /// - Throws: the gate's refusal while the tenant is being moved.
    static func requireStill(_ tenant: TenantID, _ tx: PostgresTransaction) async throws {
        guard let row = try await tx.query(query(tenant)).first else { throw PlatformError.notFound("tenant") }
        if try TenantStanding(row).isMoving { throw PlatformError(Refusal(.tenantMoving)) }
    }

    /// - Throws: the gate's refusal when the tenant may not process its data now.
    static func requireProcessing(_ tenant: TenantID, _ tx: PostgresTransaction) async throws {
        guard let row = try await tx.query(query(tenant)).first else { throw PlatformError.notFound("tenant") }
        let standing = try TenantStanding(row)
        if standing.isMoving { throw PlatformError(Refusal(.tenantMoving)) }
        if let refusal = Gate.processing(standing.state, standing.agreement) { throw PlatformError(refusal) }
    }
}

extension GateQuestion {
    /// The question both before a message is queued and again before it is delivered.
    init(
        now: Date, standing: TenantStanding, region: [String], channel: ChannelState, flows: [String],
        contactErased: Bool, contactRestricted: Bool, purpose: String, isSpecialCategory: Bool,
        isAdvertising: Bool, consent: ConsentStanding, content: Content, windowClosesAt: Date?,
        dialogue: DialoguePermission? = nil
    ) {
        self.init(
            now: now, tenantState: standing.state, agreement: standing.agreement,
            coversSpecialCategory: standing.coversSpecialCategory, isSpecialCategory: isSpecialCategory,
            channelState: channel, dataFlowsCovered: standing.covered.include(flows),
            contactErased: contactErased, contactRestricted: contactRestricted, purpose: purpose,
            isAdvertisingPurpose: isAdvertising, consent: consent,
            // Each purpose is asked for by itself, so the explicit consent is the one for this purpose or there is none.
            specialCategoryConsent: isSpecialCategory ? consent : .none,
            unproven: standing.unproven, minimumAge: standing.minimumAge, content: content,
            window: ServiceWindow(closesAt: windowClosesAt),
            regionServing: true, regionCovered: standing.covered.include(region: region), isMoving: standing.isMoving,
            dialogue: dialogue)
    }

    /// The same with the consent as it is now.
    mutating func setConsent(_ consent: ConsentStanding) {
        self.consent = consent
        if isSpecialCategory { specialCategoryConsent = consent }
    }
}
