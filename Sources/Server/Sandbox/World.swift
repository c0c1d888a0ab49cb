import PluginKit
import struct Foundation.Date
import struct Foundation.Data
import struct Foundation.UUID

/// A number as it was provisioned.
struct BusinessNumber: Sendable {
    var id: String
    var facts: JSON

    func text(_ key: String) -> String { facts[key]?.string ?? "" }
}

/// A person's phone.
struct Handset: Sendable {
    var settings = JSONObject()
    /// Ids of messages, oldest first.
    var messages: [String] = []
    /// When the person last wrote to each number.
    var wrote: [String: Date] = [:]

    func flag(_ name: String, _ fallback: Bool) -> Bool { settings[name]?.bool ?? fallback }
}

struct Webhook: Sendable {
    var id: String
    var number: String
    var body: [UInt8]
    var due: Date
    var attempts = 0
}

/// All that the sandbox knows. Everything that happens is an event: written to the journal first, then applied; a restart applies them again.
actor World {
    private let journal: Journal?
    private(set) var numbers: [String: BusinessNumber] = [:]
    private(set) var handsets: [String: Handset] = [:]
    private(set) var messages: [String: JSON] = [:]
    private(set) var hooks: [String: [Webhook]] = [:]
    private(set) var media: [String: JSON] = [:]
    /// A person's user id leads to the handset, so that both names reach it.
    private var aliases: [String: String] = [:]
    var faults = Faults()
    private(set) var counts: [String: Int] = [:]
    private var lastSends: [String: Date] = [:]

    init(journal: Journal?) { self.journal = journal }

    func replay() throws {
        for line in try journal?.lines() ?? [] {
            if let event = try? JSON(parsing: line) { apply(event) }
        }
    }

    /// Makes events happen.
    func happen(_ events: [JSON]) async {
        for event in events { apply(event) }
        guard let journal, !events.isEmpty else { return }
        let lines = events.map { $0.encoded() }
        await journal.append(Array(lines.joined(separator: [UInt8(ascii: "\n")])))
    }

    private func apply(_ event: JSON) {
        let id = event["id"]?.string ?? ""
        switch event["happened"]?.string {
        case "number":
            numbers[id] = BusinessNumber(id: id, facts: event["facts"] ?? .null)
        case "handset":
            var handset = handsets[id] ?? Handset()
            for member in event["settings"]?.object?.members ?? [] { handset.settings[member.name] = member.value }
            handsets[id] = handset
            if let user = handset.settings["user_id"]?.string { aliases[user] = id }
        case "message":
            guard let message = event["message"] else { return }
            let address = message["handset"]?.string ?? ""
            messages[id] = message
            handsets[address, default: Handset()].messages.append(id)
            if message["direction"]?.string == "out", let number = message["number"]?.string {
                handsets[address]?.wrote[number] = Date(timeIntervalSince1970: Double(message["timestamp"]?.string ?? "") ?? 0)
            }
        case "state":
            if var message = messages[id]?.object {
                message["state"] = event["state"]
                messages[id] = .object(message)
            }
        case "hook":
            let number = event["number"]?.string ?? ""
            hooks[number, default: []].append(
                Webhook(id: id, number: number, body: Array((event["body"]?.string ?? "").utf8), due: Date()))
        case "hooked":
            hooks[event["number"]?.string ?? ""]?.removeAll { $0.id == id }
        case "media":
            media[id] = event["facts"]
        case "reset":
            (numbers, handsets, messages, hooks, media, aliases, counts) = ([:], [:], [:], [:], [:], [:], [:])
        default: return
        }
    }

    // MARK: - Reading and small changes

    func count(_ name: String) { counts[name, default: 0] += 1 }

    /// The handset that a number or a user id names; one that nobody used yet is new.
    func handset(_ name: String) -> (address: String, handset: Handset) {
        let address = aliases[name] ?? name
        return (address, handsets[address] ?? Handset())
    }

    func number(displayed: String) -> BusinessNumber? {
        let digits = displayed.filter(\.isNumber)
        return numbers[displayed] ?? numbers.values.first { $0.text("display_phone_number").filter(\.isNumber) == digits && !digits.isEmpty }
    }

    func messages(of handset: String) -> [JSON] {
        self.handset(handset).handset.messages.compactMap { messages[$0] }
    }

    func set(faults: Faults) { self.faults = faults }

    /// Meta's limit for a pair of number and person: about one message in 6 seconds.
    func exceedsPairRate(_ number: String, _ handset: String, now: Date) -> Bool {
        let pair = "\(number)/\(handset)"
        defer { lastSends[pair] = now }
        return lastSends[pair].map { now.timeIntervalSince($0) < 6 } ?? false
    }

    // MARK: - Webhooks in hand

    func numbersWithHooks() -> [String] { hooks.filter { !$0.value.isEmpty }.map(\.key) }

    func nextHook(of number: String, now: Date) -> (hook: Webhook?, wait: Double?) {
        let list = hooks[number] ?? []
        let due = list.enumerated().filter { $0.element.due <= now }
        if let pick = faults.reorder ? due.prefix(5).randomElement() : due.first { return (pick.element, nil) }
        return (nil, list.map { $0.due.timeIntervalSince(now) }.min())
    }

    func postpone(_ hook: Webhook) {
        guard let index = hooks[hook.number]?.firstIndex(where: { $0.id == hook.id }) else { return }
        let gaps: [Double] = [0.2, 0.5, 1, 2, 4, 8, 15, 30]
        hooks[hook.number]?[index].attempts += 1
        hooks[hook.number]?[index].due = Date(timeIntervalSinceNow: gaps[min(hook.attempts, gaps.count - 1)])
        count("webhooks_retried")
    }
}
