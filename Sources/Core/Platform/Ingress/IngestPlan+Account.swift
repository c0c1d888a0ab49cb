import Postgres

extension IngestPlan {
    /// Which events were new.
    func storedEvents(_ written: ArraySlice<PostgresRows>) throws -> Set<[UInt8]> {
        Set(try written[written.startIndex + 8].map { try $0.decode("dedup_index", as: [UInt8].self) })
    }

    /// Which messages were new, the quarantined among them.
    func storedMessages(_ written: ArraySlice<PostgresRows>) throws -> Set<MessageID> {
        let rows = [written[written.startIndex + 6], written[written.startIndex + 9]]
        return Set(try rows.flatMap { try $0.map { try $0.decode("message_id", as: MessageID.self) } })
    }

    /// Counts, by what the statements returned, what was new and what another batch had stored first.
    func account(for written: ArraySlice<PostgresRows>, in outcomes: inout [IngestOutcome]) throws {
        let rows = Array(written)
        var stored = Set<MessageID>()
        for row in rows[6] { stored.insert(try row.decode("message_id")) }
        for message in messages {
            if stored.contains(message.row.id) {
                outcomes[message.item].stored += 1
            } else {
                outcomes[message.item].duplicates += 1
            }
        }
        var held = Set<MessageID>()
        for row in rows[9] { held.insert(try row.decode("message_id")) }
        for message in quarantined {
            if held.contains(message.row.id) {
                outcomes[message.item].stored += 1
            } else {
                outcomes[message.item].duplicates += 1
            }
        }
        for message in dropped { outcomes[message.item].dropped += 1 }
        var newStatuses = Set<String>()
        for row in rows[7] {
            newStatuses.insert(
                "\(try row.decode("provider_index", as: [UInt8].self))/\(try row.decode("stage", as: String.self))")
        }
        for (status, _) in statuses {
            let key = "\(status.providerIndex)/\(status.update.stage.rawValue)"
            if newStatuses.contains(key) {
                outcomes[status.item].stored += 1
            } else {
                outcomes[status.item].duplicates += 1
            }
        }
        var newEvents = try storedEvents(written)
        for event in events where event.kind != "status" {
            if newEvents.remove(event.dedupIndex) != nil {
                outcomes[event.item].stored += 1
            } else {
                outcomes[event.item].duplicates += 1
            }
        }
    }
}
