import Crypto
import Foundation
import PluginKit
import Postgres
import Synchronization

@testable import Platform

/// A tenant under an agreement in force, with a key, and live when it has a channel.
struct Company: Sendable {
    private static let count = Atomic(0)

    let region: Region
    let tenant: Tenant
    let agreement: Agreement
    let channels: [Channel]
    let caller: Caller
    var id: TenantID { tenant.id }
    var channel: Channel { channels[0] }
    var keys: TenantKeys { get async throws { try await region.shard.keys.keys(of: id) } }

    /// Brought in as staff does it, by the real transitions. Without a channel it stays in `onboarding`: nothing goes live like that.
    init(in region: Region, channels count: Int = 1) async throws {
        self.region = region
        let tenants = region.installation.tenants
        let draft = try await tenants.create(name: "Praxis", region: Region.name, .system)
        _ = try await tenants.change(
            draft.id, TenantChange(details: ControllerDetails.sample.change, state: .onboarding), .system)
        agreement = try await tenants.recordAgreement(
            draft.id, NewAgreement(reference: "AVV", signedOn: "2026-01-15"), .system)
        var channels: [Channel] = []
        for _ in 0..<count { channels.append(try await Self.connect(draft.id, in: region)) }
        self.channels = channels
        var key = APIKeyID.generate()
        if count > 0 { key = try await Self.goLive(draft.id, in: region) }
        tenant = try await tenants.find(draft.id)
        caller = Caller(
            tenant: tenant.id, region: tenant.region, shard: tenant.shard, key: key, scopes: Set(Scope.allCases))
    }

    /// Issues a key for everything, and moves on from `onboarding`.
    @discardableResult
    static func goLive(_ tenant: TenantID, in region: Region) async throws -> APIKeyID {
        let issued = try await region.installation.apiKeys.issue(
            tenant, label: "test", scopes: Set(Scope.allCases), expiresAt: nil)
        _ = try await region.installation.tenants.setState(tenant, .active, .system)
        return issued.key.id
    }

    /// A tenant that has its agreement already, with a channel.
    init(_ tenant: Tenant, under agreement: Agreement, in region: Region) async throws {
        self.region = region
        self.agreement = agreement
        channels = [try await Self.connect(tenant.id, in: region)]
        let key = try await Self.goLive(tenant.id, in: region)
        self.tenant = try await region.installation.tenants.find(tenant.id)
        caller = Caller(
            tenant: tenant.id, region: tenant.region, shard: tenant.shard, key: key, scopes: Set(Scope.allCases))
    }

    /// - Parameter secret: what the messenger shows at the channel's ingress; each has its own unless said otherwise.
    static func connect(
        _ tenant: TenantID, in region: Region, address: String? = nil, secret: String? = nil
    ) async throws -> Channel {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let address = address ?? "1098765\(number)"
        return try await region.installation.channels.connect(
            tenant,
            NewChannel(
                plugin: Messenger.name,
                configuration: [
                    "phone_number_id": address, "business_account_id": "2098765\(number)",
                    "access_token": "token-\(number)",
                ], ingress: ["secret": secret ?? Self.secret(of: address)]), .system
        ).channel
    }

    static func secret(of address: String) -> String { "ingress-secret-\(address)" }

    // MARK: - The messenger's side

    static func headers(_ channel: Channel) -> IngressHeaders {
        IngressHeaders([("secret", secret(of: channel.address))])
    }

    /// Posts a webhook and waits until it is durable.
    @discardableResult
    func receive(_ events: [ChannelEvent], through channel: Channel? = nil) async throws -> IngressReceipt {
        try await region.installation.ingress.receive(
            plugin: Messenger.name, route: (channel ?? self.channel).ingressRoute,
            headers: Self.headers(channel ?? self.channel), body: region.messenger.webhook(events))
    }

    @discardableResult
    func receive(_ events: ChannelEvent...) async throws -> IngressReceipt { try await receive(events) }

    /// A webhook as a batch gets it, for tests that decide which batch it is in.
    func item(_ events: ChannelEvent..., through channel: Channel? = nil) -> IngestItem {
        let channel = channel ?? self.channel
        let route = ChannelRoute(tenant: id, shard: tenant.shard, channel: channel.id, ingress: channel.ingressRoute)
        return IngestItem(route: route, plugin: Messenger.name, events: events, receivedAt: Date())
    }

    // MARK: - The tenant's side

    /// States what a person decided.
    @discardableResult
    func declare(
        _ state: String = "granted", by person: RecipientReference, for purpose: String = "service",
        at time: Date = Date(),
        on channel: Channel? = nil
    ) async throws -> ConsentView {
        try await region.installation.consents.declare(
            caller, source: "declared", person: person, channel: (channel ?? self.channel).id,
            body: Self.consent(state, for: purpose, at: time)
        ).view
    }

    /// What the source `declared` reads.
    static func consent(_ state: String = "granted", for purpose: String = "service", at time: Date = Date()) -> JSON {
        [
            "purpose": .string(purpose), "state": .string(state), "occurred_at": .string(time.rfc3339),
            "evidence": purpose == "health"
                ? ["method": "in_person", "text": "Ja, gerne.", "explicit": true]
                : ["method": "in_person", "text": "Ja, gerne."],
        ]
    }

    /// A person who agreed and wrote, so that the gate lets messages through.
    func befriend(_ person: Person, _ identities: [Identity]? = nil) async throws {
        let identities = identities ?? [person.phone]
        try await agree(identities[0])
        try await receive(channel.message("first-\(person.phone.address.revealed)", from: identities))
    }

    func request(
        _ text: String, to person: RecipientReference, for purpose: String = "service", key: String? = nil,
        on channel: Channel? = nil
    ) -> SendRequest {
        SendRequest(
            recipient: person, channel: channel?.id, purpose: purpose, content: .text(text), idempotencyKey: key,
            requestHash: Array(SHA256.hash(data: Array(text.utf8))), route: "/api/v1/messages")
    }

    @discardableResult
    func send(
        _ text: String, to person: RecipientReference, for purpose: String = "service", key: String? = nil,
        on channel: Channel? = nil
    ) async throws -> MessageID {
        try await region.installation.sending.send(
            caller, request(text, to: person, for: purpose, key: key, on: channel)
        ).message
    }

    func contacts() async throws -> [ContactView] {
        try await region.installation.reading.contacts(caller, PageRequest(limit: 200)).items
    }

    func message(_ id: MessageID) async throws -> MessageView {
        try await region.installation.reading.message(caller, id)
    }

    /// Oldest first.
    func messages(_ direction: MessageDirection? = nil) async throws -> [MessageView] {
        try await region.installation.reading.messages(
            caller, in: nil, direction: direction, state: nil, PageRequest(limit: 200)
        ).items.reversed()
    }
}
