import PluginKit
import Postgres

/// Destroys what is past its time in quarantine, and with the last of it whoever never agreed and is known for nothing else.
///
/// That goes on whatever state the tenant is in: nobody agreed to be kept longer (Art. 5(1)(e) GDPR).
struct QuarantineKeeper: Sendable {
    /// Messages looked at at once.
    static let portion = 500

    let shard: Shard

    func keep() async throws {
        // Whoever is found is dealt with, so each look finds others; one that cannot be dealt with must not make it run for ever.
        var seen: Set<Place> = []
        while true {
            let rows = try await shard.worker.query(QuarantineStore.expired(atMost: Self.portion))
            let places = Set(try rows.map(Place.init)).subtracting(seen)
            if places.isEmpty { break }
            for place in places { try await expire(place) }
            seen.formUnion(places)
        }
        while try await shard.worker.query(QuarantineStore.forgetDestroyed(atMost: Housekeeper.portion)).affectedRows
            == Housekeeper.portion
        {}
    }

    private struct Place: Hashable {
        let tenant: TenantID
        let contact: ContactID
        let channel: ChannelID

        init(_ row: PostgresRow) throws {
            tenant = try row.decode("tenant_id")
            contact = try row.decode("contact_id")
            channel = try row.decode("channel_id")
        }
    }

    private func expire(_ place: Place) async throws {
        let tenant = place.tenant
        try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
            guard
                let person = try await tx.query(
                    DialogueStore.person(tenant, contact: place.contact, channel: place.channel)
                ).first.map(DialoguePerson.init)
            else { return }
            let standing = try await DialogueStore.standing(tenant, person, tx)
            if standing.isAdmitted {
                // Agreed, and held back only because a dialogue had more to ask.
                let keys = try await shard.keys.keys(of: tenant)
                try await QuarantineRelease(keys: keys, tx: tx).release(person)
                _ = try await tx.query(DialogueStore.end(tenant, person, .admitted))
                return
            }
            let fill = try await tx.pipeline([
                QuarantineStore.destroyExpired(tenant, person.contact, person.channel),
                QuarantineStore.fill(tenant, person.contact, person.channel),
            ])[1]
            guard try fill[0].decode("messages", as: Int.self) == 0 else { return }
            if standing.status == .asking || standing.status == .leftAlone {
                _ = try await tx.query(DialogueStore.remove(tenant, person))
            }
            try await StrangerRemoval(tenant: tenant, tx: tx).remove(person.contact)
        }
    }
}
