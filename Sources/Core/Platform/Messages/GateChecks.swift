public import PluginKit
import Postgres

public import struct Foundation.Date

/// People to whom a tenant means to write, and for what.
public struct GateCheckRequest: Sendable {
    public static let peopleLimit = 1000
    public static let purposeLimit = 10

    public var people: [RecipientReference]
    /// Nil when the tenant has one channel only.
    public var channel: ChannelID?
    /// Empty for the one that the content has.
    public var purposes: [String]
    /// What is to be sent: a template of a category, or nil for free-form content.
    public var templateCategory: String?

    public init(
        people: [RecipientReference], channel: ChannelID?, purposes: [String], templateCategory: String?
    ) {
        self.people = people
        self.channel = channel
        self.purposes = purposes
        self.templateCategory = templateCategory
    }
}

/// What the gate says of one person and one purpose.
public struct GateCheckAnswer: Sendable {
    /// The person's place in the request, from 0. Nothing else names them: somebody who has not agreed is told apart from nobody.
    public var place: Int
    public var purpose: String
    public var decision: GateDecision
}

/// Asks the gate without sending anything. Nobody becomes a contact by it.
public struct GateChecks: Sendable {
    private let directory: RegionDirectory
    private let plugins: PluginRegistry
    private let flows: FlowKeys

    init(directory: RegionDirectory, plugins: PluginRegistry) {
        self.directory = directory
        self.plugins = plugins
        flows = FlowKeys(plugins)
    }

    /// - Returns: an answer for each person and purpose, in the order of the request. It holds for this moment.
    /// - Throws: `.invalid` naming a person whose address is none.
    public func check(_ caller: Caller, _ request: GateCheckRequest) async throws -> [GateCheckAnswer] {
        let content = request.templateCategory.map { GateQuestion.Content.template(category: $0) } ?? .freeForm
        let derived = MessagePurpose.of(stated: nil, content)
        let purposes = request.purposes.isEmpty ? [derived] : request.purposes
        for (place, purpose) in purposes.enumerated() {
            try SendingService.check(purpose: purpose, at: request.purposes.isEmpty ? "purposes" : "purposes[\(place)]")
        }
        try checkAddresses(request.people)
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        return try await retryingConflicts {
            try await shard.app.transaction(settings: asTenant(caller.tenant), retries: 0) { tx in
                let channel = try await ChannelStore.choose(caller.tenant, request.channel, tx)
                let looks = request.people.flatMap { person in
                    let (contact, candidates) = person.looks(plugins, keys)
                    return purposes.map { purpose in
                        SendStore.Look(
                            caller: caller.key, route: "", idempotencyHash: nil, channel: channel.id, contact: contact,
                            purpose: purpose, candidates: candidates)
                    }
                }
                let found = try await tx.pipeline([
                    TenantStanding.query(caller.tenant), SendStore.facts(caller.tenant, looks),
                ])
                guard let row = found[0].first else { throw PlatformError.notFound("tenant") }
                let standing = try TenantStanding(row)
                var facts = [SendFacts?](repeating: nil, count: looks.count)
                for row in found[1] { facts[try row.decode("place")] = try SendFacts(row) }
                let now = Date()
                return try facts.enumerated().map { place, known in
                    let person = place / purposes.count
                    guard let known else {
                        throw PlatformError.invalid("people[\(person)]", "the channel has no addresses of that kind")
                    }
                    let question = GateQuestion(
                        now: now, standing: standing, region: shard.regionKeys.at(now),
                        channel: known.channelState, flows: flows.of(channel.plugin),
                        contactErased: known.contactErased, contactRestricted: known.contactRestricted,
                        purpose: looks[place].purpose, isSpecialCategory: known.isSpecialCategory,
                        isAdvertising: known.isAdvertising,
                        consent: known.consent, content: content, windowClosesAt: known.windowClosesAt)
                    return GateCheckAnswer(
                        place: person, purpose: looks[place].purpose, decision: Gate.decide(question))
                }
            }
        }
    }

    private func checkAddresses(_ people: [RecipientReference]) throws {
        let problems = people.enumerated().compactMap { place, person -> PlatformError.Field? in
            guard case .identity(let kind, let address) = person,
                !plugins.channels.values.contains(where: { $0.normalise(kind, address.revealed) != nil })
            else { return nil }
            return PlatformError.Field(
                path: "people[\(place)].\(kind)", problem: PhoneNumber.problem(kind.description, address.revealed))
        }
        if !problems.isEmpty { throw PlatformError(.invalid, "Not every address is one.", fields: problems) }
    }
}
