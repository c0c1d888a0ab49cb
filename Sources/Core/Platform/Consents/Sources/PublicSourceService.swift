public import PluginKit
import Postgres

import struct Foundation.Date

/// A set-up that people outside any messenger reach.
public struct PublicSource: Sendable {
    public let source: ConsentSource
    /// Whether it asks people now: active, and its tenant's data may be processed.
    public let isOpen: Bool
    public let setup: SourceSetup
    public let plugin: any PublicConsentSource
    /// Makes links into the chat.
    public let channelPlugin: (any ChannelPlugin)?
    let tenant: TenantID
    let shard: ShardID
}

/// What visitors of tenants' pages use of set-ups.
public struct PublicSourceService: Sendable {
    let control: PostgresClient
    let directory: RegionDirectory
    let plugins: PluginRegistry

    /// - Returns: nil for one that is not there or not public. Nobody outside is told which, nor why another is not open.
    public func find(_ id: ConsentSourceID) async throws -> PublicSource? {
        guard let route = try await control.query(ConsentSourceStore.route(id)).first else { return nil }
        let tenant = try route.decode("tenant_id", as: TenantID.self)
        let shard = try directory.shard(try route.decode("shard_id"))
        let (placed, mayProcess) = try await shard.app.transaction(settings: asTenant(tenant), readOnly: true) { tx in
            (try await SourceSetups.find(tenant, id, tx), try await Self.mayProcess(tenant, tx))
        }
        guard let placed, !placed.source.isInChatAlone,
            let plugin = plugins.consentSources[placed.source.plugin] as? any PublicConsentSource
        else { return nil }
        return PublicSource(
            source: placed.source, isOpen: placed.source.state == .active && mayProcess, setup: placed.setup,
            plugin: plugin, channelPlugin: plugins.channels[placed.channelPlugin], tenant: tenant, shard: shard.id)
    }

    /// The files of all plugins, by plugin and name.
    public var files: [String: [String: PublicFile]] {
        plugins.consentSources.compactMapValues { ($0 as? any PublicConsentSource)?.files }
    }

    /// Keeps what somebody agreed to on a page, for as long as the tenant's terms say.
    /// - Throws: `.invalid` for a purpose that the set-up does not ask for; `.notFound` when it is not active any more.
    public func keep(
        _ agreed: [ConsentEventDraft], from source: PublicSource, languages: [String]
    ) async throws -> EntryCode {
        let asked = Dictionary(source.setup.terms.purposes.map { ($0.name, $0) }) { first, _ in first }
        let drafts = try agreed.map { draft throws(PlatformError) in
            guard let purpose = asked[draft.purpose] else {
                throw PlatformError.invalid("purposes", "the set-up does not ask for one of them")
            }
            return draft.completed(purpose, source)
        }
        let shard = try directory.shard(source.shard)
        let keys = try await shard.keys.keys(of: source.tenant)
        return try await shard.app.transaction(settings: asTenant(source.tenant), retries: 0) { tx in
            guard try await Self.mayProcess(source.tenant, tx),
                let placed = try await SourceSetups.find(
                    source.tenant, source.source.id, version: source.setup.version, tx),
                placed.source.state == .active
            else { throw PlatformError.notFound("consent source") }
            let rules = try await ConsentTermsStore.rules(of: source.tenant, tx)
            return try await EntryCodes.keep(
                drafts, from: placed, entry: placed.source.converses ? "page" : "widget", languages: languages,
                until: Date(timeIntervalSinceNow: Double(rules.entryCodeHours) * 3600), keys, tx)
        }
    }

    private static func mayProcess(_ tenant: TenantID, _ tx: PostgresTransaction) async throws -> Bool {
        do {
            try await TenantStanding.requireProcessing(tenant, tx)
            return true
        } catch let error as PlatformError
            where error.code == .notFound || error.code == .refused && error.refusal?.code != .tenantMoving
        {
            // A tenant that is being moved is back in a moment: whoever asks is told to come again.
            return false
        }
    }
}

extension ConsentEventDraft {
    /// What the platform knows better than a plugin: which set-up it was, and when the purpose's validity ends.
    fileprivate func completed(_ purpose: ConsentTerms.Purpose, _ source: PublicSource) -> ConsentEventDraft {
        var draft = self
        var evidence = self.evidence.object ?? JSONObject([("page", self.evidence)])
        let manifest = source.plugin.manifest
        evidence["source"] = .string("\(manifest.name)@\(manifest.version)")
        evidence["setup"] = [
            "id": .string(source.setup.id), "version": .number(String(source.setup.version)),
        ]
        if evidence["text_version"] == nil { evidence["text_version"] = .string("\(purpose.name)@\(purpose.version)") }
        draft.evidence = .object(evidence)
        if let days = purpose.validity {
            let end = occurredAt.addingTimeInterval(Double(days) * 86_400)
            draft.expiresAt = min(draft.expiresAt ?? end, end)
        }
        return draft
    }
}
