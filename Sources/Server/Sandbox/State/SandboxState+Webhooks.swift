internal import PluginKit

/// The queue of each number: what waits, what goes next, what is done.
extension SandboxState {
    /// Meta puts several changes in one body when many wait.
    static let batchThreshold = 32
    static let batchLimit = 64
    /// Meta gives up after seven days.
    static let lifetime = 7 * 24 * 3_600_000

    /// What a courier sends next.
    struct Parcel: Sendable {
        var numberID: String
        var url: String
        var appSecret: String
        var body: [UInt8]
        var sequences: [Int]
        /// Milliseconds since 1970 of the oldest.
        var oldest: Int
        var delayMilliseconds: Int
        var isDuplicated: Bool
    }

    mutating func enqueue(_ value: JSON, number: PhoneNumber, now: Int, field: String = "messages") {
        guard number.callbackURL != nil else { return }
        let change = EscapedJSON.encode(["value": value, "field": .string(field)])
        record(.webhook(PendingWebhook(sequence: sequence + 1, numberID: number.id, at: now, change: change)))
    }

    mutating func tell(
        _ status: StoredMessage.State, of message: StoredMessage, at now: Int, errorCode: Int? = nil, handset: Handset,
        number: PhoneNumber, category: String
    ) {
        guard faults.sendsStatuses else { return }
        let value = WebhookValues.status(
            status, of: message, at: now, errorCode: errorCode, handset: handset, number: number, category: category)
        enqueue(value, number: number, now: now)
    }

    /// Numbers with something to tell that no courier tends; marks them as tended.
    mutating func claimIdleQueues() -> [String] {
        guard !touched.isEmpty else { return [] }
        defer { touched.removeAll(keepingCapacity: true) }
        return touched.filter { id in
            queues[id] != nil && numbers[id] != nil && drained.insert(id).inserted
        }
    }

    /// The next parcel of a number; nil when there is nothing to do, upon which the number counts as idle.
    mutating func nextParcel(_ numberID: String, now: Int) -> Parcel? {
        guard let number = numbers[numberID], let url = number.callbackURL, let waiting = queues[numberID]?.count else {
            drained.remove(numberID)
            return nil
        }
        if faults.isReordering, waiting > 1 {
            swapToHead(numberID, Int.random(in: 0..<waiting, using: &random))
        }
        let count = waiting >= Self.batchThreshold && !faults.isReordering ? min(waiting, Self.batchLimit) : 1
        let webhooks = queues[numberID, default: []].prefix(count)
        return Parcel(
            numberID: numberID, url: url, appSecret: number.appSecret,
            body: PendingWebhook.body(wabaID: number.wabaID, Array(webhooks)), sequences: webhooks.map(\.sequence),
            oldest: webhooks.first?.at ?? now, delayMilliseconds: faults.delayMilliseconds,
            isDuplicated: random.hits(faults.duplicateWebhooks))
    }

    mutating func finish(_ parcel: Parcel, isDelivered: Bool) {
        record(.webhooksDone(numberID: parcel.numberID, sequences: parcel.sequences))
        if isDelivered { stats.webhooksDelivered += parcel.sequences.count }
    }
}
