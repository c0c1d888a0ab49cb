internal import DequeModule
internal import PluginKit

/// Everything the sandbox knows. A value: no clock, no sockets, no files inside, so that tests drive it directly.
///
/// Every lasting change goes through `record`, which both applies it and leaves its journal line in `journalLines`.
struct SandboxState: Sendable {
    private(set) var numbers: [String: PhoneNumber] = [:]
    /// Numbers of a WABA, in the order of their provisioning.
    private(set) var numbersOfWABA: [String: [String]] = [:]
    private(set) var numberByDigits: [String: String] = [:]
    /// Which numbers a token opens.
    private(set) var numbersOfToken: [String: Set<String>] = [:]
    private(set) var handsets: [String: Handset] = [:]
    /// A handset's key by its user ids.
    private(set) var handsetByUserID: [String: String] = [:]
    private(set) var messages: [String: StoredMessage] = [:]
    /// Message ids of a handset, oldest first.
    private(set) var threads: [String: [String]] = [:]
    /// Messages that wait until their handset is online.
    private(set) var held: [String: [String]] = [:]
    /// When a person last wrote to a number (milliseconds), by `window(_:_:)`.
    private(set) var lastInbound: [String: Int] = [:]
    private(set) var templates: [String: [JSONObject]] = [:]
    private(set) var wabaOfTemplate: [String: String] = [:]
    private(set) var media: [String: Media] = [:]
    private(set) var faults = Faults()
    private(set) var queues: [String: Deque<PendingWebhook>] = [:]
    private(set) var sequence = 0

    // What a restart may forget.
    var random = SeededRandom(state: 1)
    var pairBuckets: [String: TokenBucket] = [:]
    var numberBuckets: [String: TokenBucket] = [:]
    var stats = Stats()
    /// Numbers whose queue a courier is emptying now.
    var drained: Set<String> = []
    /// Numbers whose queue or URL changed since the last look.
    var touched: Set<String> = []

    /// Lines of changes since they were last taken.
    var journalLines: [UInt8] = []

    struct Stats: Sendable {
        var sendsAccepted = 0
        var sendsRefused = 0
        var webhooksDelivered = 0
        var webhooksPending = 0
        var webhooksRetried = 0

        var json: JSON {
            [
                "sends_accepted": JSON(integerLiteral: sendsAccepted),
                "sends_refused": JSON(integerLiteral: sendsRefused),
                "webhooks_delivered": JSON(integerLiteral: webhooksDelivered),
                "webhooks_pending": JSON(integerLiteral: webhooksPending),
                "webhooks_retried": JSON(integerLiteral: webhooksRetried),
            ]
        }
    }

    static func window(_ numberID: String, _ handsetKey: String) -> String { "\(numberID)|\(handsetKey)" }

    /// Applies a change and writes it down.
    mutating func record(_ record: SandboxRecord) {
        apply(record)
        journalLines.append(contentsOf: record.line)
    }

    /// Applies a change that is written down already.
    mutating func apply(_ record: SandboxRecord) {
        switch record {
        case .number(let number): apply(number)
        case .handset(let handset):
            handsets[handset.key] = handset
            handsetByUserID[handset.userID] = handset.key
            if let parent = handset.parentUserID { handsetByUserID[parent] = handset.key }
        case .message(let message): apply(message)
        case .messageState(let id, let state): advance(id, to: state)
        case .webhook(let hook):
            sequence = max(sequence, hook.sequence)
            queues[hook.numberID, default: []].append(hook)
            touched.insert(hook.numberID)
            stats.webhooksPending += 1
        case .webhooksDone(let numberID, let sequences): removeWebhooks(sequences, of: numberID)
        case .template(let waba, let template): apply(template, waba: waba)
        case .templateGone(let waba, let id):
            templates[waba]?.removeAll { $0["id"]?.string == id }
            wabaOfTemplate[id] = nil
        case .media(let file): media[file.id] = file
        case .mediaGone(let id): media[id] = nil
        case .faults(let new):
            faults = new
            random = SeededRandom(state: new.seed)
            pairBuckets = [:]
            numberBuckets = [:]
        case .reset(let withNumbers): reset(withNumbers: withNumbers)
        }
    }

    private mutating func apply(_ number: PhoneNumber) {
        if let old = numbers[number.id] {
            numbersOfToken[old.accessToken]?.remove(old.id)
            if old.wabaID != number.wabaID { numbersOfWABA[old.wabaID]?.removeAll { $0 == old.id } }
            numberByDigits[old.digits] = nil
        }
        if numbersOfWABA[number.wabaID, default: []].contains(number.id) == false {
            numbersOfWABA[number.wabaID, default: []].append(number.id)
        }
        numbers[number.id] = number
        touched.insert(number.id)
        numbersOfToken[number.accessToken, default: []].insert(number.id)
        numberByDigits[number.digits] = number.id
    }

    private mutating func apply(_ message: StoredMessage) {
        messages[message.id] = message
        switch message.direction {
        case .fromHandset:
            lastInbound[Self.window(message.numberID, message.handsetKey)] = message.at
            threads[message.handsetKey, default: []].append(message.id)
        case .toHandset:
            // A failed message never shows on the phone.
            guard message.state != .failed else { return }
            threads[message.handsetKey, default: []].append(message.id)
            if message.state == .sent { held[message.handsetKey, default: []].append(message.id) }
        }
    }

    /// Statuses never run backwards.
    private mutating func advance(_ id: String, to state: StoredMessage.State) {
        guard var message = messages[id], state.rank > message.state.rank else { return }
        if message.state == .sent {
            held[message.handsetKey]?.removeAll { $0 == id }
        }
        message.state = state
        messages[id] = message
    }

    private mutating func removeWebhooks(_ sequences: [Int], of numberID: String) {
        guard var queue = queues.removeValue(forKey: numberID) else { return }
        let before = queue.count
        // They stand at the head, but for a replay after reordering.
        for sequence in sequences {
            if queue.first?.sequence == sequence {
                queue.removeFirst()
            } else if let index = queue.firstIndex(where: { $0.sequence == sequence }) {
                queue.remove(at: index)
            }
        }
        stats.webhooksPending -= before - queue.count
        if !queue.isEmpty { queues[numberID] = queue }
    }

    private mutating func apply(_ template: JSONObject, waba: String) {
        guard let id = template["id"]?.string else { return }
        wabaOfTemplate[id] = waba
        if let index = templates[waba]?.firstIndex(where: { $0["id"]?.string == id }) {
            templates[waba]?[index] = template
        } else {
            templates[waba, default: []].append(template)
        }
    }

    private mutating func reset(withNumbers: Bool) {
        var fresh = SandboxState()
        if !withNumbers {
            for id in numbersOfWABA.values.joined() {
                if let number = numbers[id] { fresh.apply(number) }
            }
        }
        fresh.sequence = sequence
        fresh.drained = drained
        fresh.journalLines = journalLines
        self = fresh
    }

    /// Lets the courier take a random one next.
    mutating func swapToHead(_ numberID: String, _ index: Int) {
        guard index < queues[numberID, default: []].count else { return }
        queues[numberID]?.swapAt(0, index)
    }

    /// What a fresh journal needs to say to arrive at this state.
    var snapshot: [SandboxRecord] {
        var records: [SandboxRecord] = [.faults(faults)]
        for id in numbersOfWABA.values.joined() { if let number = numbers[id] { records.append(.number(number)) } }
        records += handsets.values.map { .handset($0) }
        for thread in threads.values { records += thread.compactMap { messages[$0].map { .message($0) } } }
        // Failed ones stand in no thread, yet a client may ask about their ids.
        records += messages.values.filter { $0.direction == .toHandset && $0.state == .failed }.map { .message($0) }
        for (waba, list) in templates { records += list.map { .template(wabaID: waba, $0) } }
        records += media.values.map { .media($0) }
        records += queues.values.joined().sorted { $0.sequence < $1.sequence }.map { .webhook($0) }
        return records
    }
}
