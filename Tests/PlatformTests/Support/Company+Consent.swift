import Foundation
import PluginKit
import Postgres

@testable import Platform

extension Company {
    /// The person agreed before they wrote anything: what they write from now on is the tenant's.
    func agree(_ identity: Identity, for purpose: String = "service", on channel: Channel? = nil) async throws {
        try await declare(by: .identity(kind: identity.kind, address: identity.address), for: purpose, on: channel)
    }

    /// The person agreed after a no of their own, and where they did so can be looked up.
    func declareAnew(by person: RecipientReference) async throws {
        _ = try await region.installation.consents.declare(
            caller, source: "declared", person: person, channel: channel.id,
            body: [
                "purpose": "service", "state": "granted", "occurred_at": .string(Date().rfc3339),
                "evidence": ["method": "in_person", "text": "Ja, gerne.", "reference": "Akte 17"],
            ])
    }

    /// Everybody whose messages are in quarantine agrees, and a worker releases what they wrote: for tests that are about what became of
    /// messages and contacts, and not about consent.
    func everybodyAgrees() async throws {
        let keys = try await keys
        let held = try await region.rows(
            """
            SELECT DISTINCT v.contact_id, v.channel_id
            FROM conversations v
            WHERE v.tenant_id = $1 AND (v.hidden OR EXISTS (
                SELECT FROM quarantined_messages q
                WHERE q.tenant_id = v.tenant_id AND q.contact_id = v.contact_id AND q.channel_id = v.channel_id))
            ORDER BY v.contact_id, v.channel_id
            """, [id])
        for row in held {
            let (contact, channel) = (
                try row.decode("contact_id", as: ContactID.self), try row.decode("channel_id", as: ChannelID.self)
            )
            try await region.shard.app.transaction(settings: asTenant(id)) { tx in
                let draft = ConsentEventDraft(
                    kind: .granted, purpose: "service", occurredAt: Date(),
                    evidence: ["method": "in_person", "text": "Ja, gerne."])
                _ = try await ConsentLedger.add(
                    keys, .generate(), contact: contact, channel: channel, source: "declared@1.0.0", draft, by: nil, tx)
            }
        }
        try await Ear(in: region).work()
    }

    /// Something in every table of the quarantine: somebody who writes more than is kept of one, and is being asked.
    func fillQuarantine() async throws {
        if try await region.rows("SELECT FROM consent_sources WHERE tenant_id = $1", [id]).isEmpty {
            try await setUp()
        }
        let limits = QuarantineLimits.standard
        for number in 0...(limits.messages + limits.unheardMessages) {
            try await receive(channel.message("flood-\(number) \(id)", from: [Person(99).phone]))
        }
        try await Ear(in: region).work()
    }

    /// How much of what people wrote is held back.
    func heldBack() async throws -> Int {
        try await region.number("SELECT count(*) FROM quarantined_messages WHERE tenant_id = $1", [id])
    }
}

/// A worker that leads dialogues about consent, when the test says so.
struct Ear: Sendable {
    let region: Region
    let lane: DialogueLane

    init(in region: Region) throws {
        self.region = region
        lane = DialogueLane(
            shard: try region.shard, plugins: region.installation.plugins, logger: .quiet, wake: {})
    }

    /// Hears everything that waits to be heard.
    func work() async throws {
        while true {
            let lease = UUID()
            let rows = try await region.shard.worker.query(
                QueueStore.claim(
                    DialogueStore.kind, lease: lease, limit: 64, holding: DialogueLane.lease, busy: [:], share: 16))
            if rows.isEmpty { return }
            let lanes = try rows.map {
                Lane(
                    tenant: try $0.decode("tenant_id"), kind: DialogueStore.kind, id: try $0.decode("lane_id"),
                    lease: lease)
            }
            await withTaskGroup { group in
                for lane in lanes { group.addTask { await self.lane.run(lane) } }
            }
        }
    }
}
