public import PluginKit
import Postgres

public import struct Foundation.Date

/// What a tenant records of a person who withdrew.
public struct WithdrawalRequest: Sendable {
    /// Nil when the tenant has one channel only.
    public var channel: ChannelID?
    /// Nil for everything on the channel.
    public var purpose: String?
    /// When the person said so; now, when nil.
    public var occurredAt: Date?
    /// In which language they are told (BCP 47); by the number's country when nil.
    public var language: String?
    /// How they said so, in the tenant's words. Becomes evidence.
    public var note: String?

    public init(
        channel: ChannelID? = nil, purpose: String? = nil, occurredAt: Date? = nil, language: String? = nil,
        note: String? = nil
    ) {
        self.channel = channel
        self.purpose = purpose
        self.occurredAt = occurredAt
        self.language = language
        self.note = note
    }
}

public struct WithdrawalReceipt: Sendable {
    /// The person's consents on the channel as they are now.
    public var consents: [ConsentView]
    /// Whether anything was left to withdraw.
    public var isNew: Bool
    /// Whether the person is told in the chat.
    public var isTold: Bool
}

/// Withdrawing outside the chat: by the tenant for a person, and by the person through a signed link. What is said in the chat itself is
/// taken where messages come in.
public struct WithdrawalService: Sendable {
    let directory: RegionDirectory
    let tenants: TenantService
    let links: PersonLinks
    let wake: @Sendable (ShardID) -> Void

    /// Takes effect before this returns, whatever the tenant's state (GDPR Art. 7(3)). Doing it again changes nothing.
    /// - Throws: `.notFound` for nobody, and for a person whom the tenant is not shown.
    public func withdraw(
        _ caller: Caller, _ contact: ContactID, _ request: WithdrawalRequest
    ) async throws -> WithdrawalReceipt {
        if let purpose = request.purpose, purpose != ReservedPurpose.every {
            try SendingService.check(purpose: purpose, at: "purpose")
        }
        let now = Date()
        if let time = request.occurredAt, time > now.addingTimeInterval(300) {
            throw PlatformError.invalid("occurred_at", "this is in the future")
        }
        var evidence = JSONObject()
        evidence["note"] = request.note.map { .string($0) }
        return try await carryOut(
            caller.tenant, on: try directory.shard(caller.shard), contact, request, method: "declared_by_tenant",
            evidence, at: request.occurredAt ?? now, by: caller.key)
    }

    /// - Returns: links for the person, to be sent to nobody else.
    public func links(
        _ caller: Caller, _ contact: ContactID, channel: ChannelID?
    ) async throws -> (withdrawal: String, receipt: String) {
        let shard = try directory.shard(caller.shard)
        let target = try await shard.app.transaction(settings: asTenant(caller.tenant), readOnly: true) { tx in
            try await TenantStanding.requireProcessing(caller.tenant, tx)
            let channel = try await ChannelStore.choose(caller.tenant, channel, tx)
            guard let contact = try await ContactStore.shown(caller.tenant, contact, tx) else {
                throw PlatformError.notFound("contact")
            }
            return PersonLinks.Target(tenant: caller.tenant, channel: channel.id, contact: contact)
        }
        func path(_ kind: PersonLinks.Kind) -> String { PersonLinks.path(kind, links.make(kind, target)) }
        return (path(.withdrawal), path(.receipt))
    }

    // MARK: - By the person

    /// What a person who opens a link is shown.
    public struct View: Sendable {
        /// Who wrote to them.
        public var controller: String
        public var channelAddress: String?
        /// What they agreed to and still is so, in the tenant's words.
        public var agreed: [String]
        /// Whether everything on the channel is withdrawn.
        public var isWithdrawn: Bool
    }

    /// - Throws: `LinkRefusal` for what is no link.
    public func view(_ link: String, language: String) async throws -> View {
        let target = try read(link)
        let tenant = try await tenant(target)
        let shard = try directory.shard(tenant.shard)
        return try await shard.app.transaction(settings: asTenant(tenant.id), readOnly: true) { tx in
            guard let contact = try await ContactStore.survivor(tenant.id, target.contact, tx) else {
                throw LinkRefusal.unknown
            }
            let terms = try await ConsentTermsStore.current(tenant.id, tx)
            let standings = try await Withdrawals.standings(tenant.id, contact, target.channel, tx)
            let now = Date()
            let agreed = standings.filter { $0.standing.permits(at: now) }.map(\.purpose)
            return View(
                controller: terms?.terms.controller ?? tenant.name,
                channelAddress: try await Withdrawals.address(of: target.channel, tenant.id, tx),
                agreed: agreed.map { name in
                    let purpose = terms?.terms.purposes.first { $0.name == name }
                    let best = purpose.flatMap { LanguageChoice.best([language], of: $0.texts.keys) }
                    return best.flatMap { purpose?.texts[$0]?.title } ?? name
                },
                isWithdrawn: agreed.isEmpty
                    && standings.contains { $0.purpose == ReservedPurpose.every && $0.standing.state == .withdrawn })
        }
    }

    /// - Parameter language: of the page on which the person pressed the button.
    /// - Throws: `LinkRefusal` for what is no link.
    @discardableResult
    public func withdraw(_ link: String, language: String?) async throws -> WithdrawalReceipt {
        let target = try read(link)
        let tenant = try await tenant(target)
        let request = WithdrawalRequest(channel: target.channel)
        return try await carryOut(
            tenant.id, on: try directory.shard(tenant.shard), target.contact, request, method: "signed_link",
            JSONObject([("act", "button_pressed"), ("page_language", language.map { .string($0) } ?? .null)]),
            at: Date(), by: nil)
    }

    private func read(_ link: String) throws(LinkRefusal) -> PersonLinks.Target {
        guard let target = links.read(link, as: .withdrawal) else { throw .unknown }
        return target
    }

    private func tenant(_ target: PersonLinks.Target) async throws -> Tenant {
        do {
            let tenant = try await tenants.find(target.tenant)
            guard tenant.state != .erased else { throw LinkRefusal.unknown }
            return tenant
        } catch let error as PlatformError where error.code == .notFound {
            throw LinkRefusal.unknown
        }
    }

    // MARK: - Both

    private func carryOut(
        _ tenant: TenantID, on shard: Shard, _ named: ContactID, _ request: WithdrawalRequest, method: String,
        _ evidence: JSONObject, at time: Date, by caller: APIKeyID?
    ) async throws -> WithdrawalReceipt {
        let keys = try await shard.keys.keys(of: tenant)
        let receipt = try await retryingConflicts {
            try await shard.app.transaction(settings: asTenant(tenant), retries: 0) { tx in
                let channel = try await ChannelStore.choose(tenant, request.channel, tx)
                // A link is the person's own, whether or not the tenant is shown them.
                if caller != nil, try await ContactStore.shown(tenant, named, tx) == nil {
                    throw PlatformError.notFound("contact")
                }
                let contact = try await ContactStore.lock(tenant, named, tx)
                let isNew = try await Withdrawals.record(
                    request.purpose, keys, contact: contact, channel: channel.id, source: "obhut", method: method,
                    evidence: evidence, at: time, by: caller, tx)
                let standings = try await Withdrawals.standings(tenant, contact, channel.id, tx)
                let now = Date()
                // "We will not write to you any more" is true once nothing is left.
                let isOver = !standings.contains { $0.standing.permits(at: now) }
                var isTold = false
                if isNew, isOver, try await Withdrawals.windowIsOpen(tenant, contact, channel.id, tx) {
                    let language = try await Withdrawals.language(
                        of: contact, channel, keys, wish: request.language, tx)
                    isTold = try await Withdrawals.confirm(
                        keys, to: contact, channel: channel.id,
                        .text(WithdrawalText.confirmation(in: language)), tx)
                }
                return WithdrawalReceipt(consents: standings, isNew: isNew, isTold: isTold)
            }
        }
        if receipt.isTold { wake(shard.id) }
        return receipt
    }
}
