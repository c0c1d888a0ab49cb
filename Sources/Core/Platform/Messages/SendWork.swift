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
    var keyID: UUID?
    var keySealed: [UInt8]?
    var consent: ConsentStanding = .none
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
        keyID = try row.decode("key_id")
        keySealed = try row.decode("key_sealed")
        if let state = try row.decode("consent_state", as: ConsentState?.self) {
            consent = ConsentStanding(
                state: state, since: try row.decode("since"), expiresAt: try row.decode("expires_at"))
        }
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
    /// Whether it is on its way to another shard, or lives elsewhere already.
    var isMoving: Bool

    init(_ row: PostgresRow) throws {
        isMoving = try row.decode("movement", as: String?.self) != nil
        state = try row.decode("tenant_state")
        agreement = try row.decode("agreement_state")
        coversSpecialCategory = try row.decode("covers_special_category")
        covered = CoveredFlows(try row.decode("covered_flows", as: [String]?.self))
    }

    static func query(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "tenants.standing",
            """
            SELECT tenant_state, agreement_state, covers_special_category, covered_flows, movement
            FROM tenant_standing
            WHERE tenant_id = $1
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
        now: Date, standing: TenantStanding, region: [String], channel: ChannelState,
        flows: [String], contactErased: Bool,
        purpose: String, consent: ConsentStanding, content: MessageContent, windowClosesAt: Date?
    ) {
        let category = content.type == "template" ? content.fields["category"]?.string ?? "utility" : nil
        self.init(
            now: now, tenantState: standing.state, agreement: standing.agreement,
            coversSpecialCategory: standing.coversSpecialCategory, isSpecialCategory: purpose == "health",
            channelState: channel, dataFlowsCovered: standing.covered.include(flows),
            contactErased: contactErased, contactRestricted: false, purpose: purpose, consent: consent,
            // The health purpose is asked for by itself and explicitly, so its own consent is the explicit one.
            specialCategoryConsent: purpose == "health" ? consent : .none,
            content: category.map { .template(category: $0) } ?? .freeForm,
            window: ServiceWindow(closesAt: windowClosesAt),
            regionServing: true, regionCovered: standing.covered.include(region: region), isMoving: standing.isMoving)
    }
}
