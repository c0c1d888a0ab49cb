import PluginKit

/// Misbehaviour on request, for tests of what a client must withstand.
struct Faults: Sendable {
    var duplicateWebhooks = 0.0
    var reorder = false
    var delayMilliseconds = 0
    var respond429 = 0.0
    var respond5xx = 0.0
    /// The message reaches the handset, the caller gets a 500 without an error object.
    var acceptThen5xx = 0.0
    /// The message reaches the handset, the caller gets an answer that breaks off.
    var acceptThenDrop = 0.0
    var statuses = true
    var pairRate = false

    init() {}

    /// Takes what is given and leaves the rest as it is by default.
    init(_ json: JSON) {
        func share(_ name: String) -> Double {
            if case .number(let text) = json[name] { min(max(Double(text) ?? 0, 0), 1) } else { 0 }
        }
        duplicateWebhooks = share("duplicate_webhooks")
        reorder = json["reorder"]?.bool ?? false
        delayMilliseconds = min(max(json["delay_ms"]?.int ?? 0, 0), 60_000)
        respond429 = share("respond_429")
        respond5xx = share("respond_5xx")
        acceptThen5xx = share("accept_then_5xx")
        acceptThenDrop = share("accept_then_drop")
        statuses = json["statuses"]?.bool ?? true
        pairRate = json["pair_rate"]?.bool ?? false
    }

    var json: JSON {
        [
            "duplicate_webhooks": .number("\(duplicateWebhooks)"), "reorder": .bool(reorder),
            "delay_ms": .number("\(delayMilliseconds)"), "respond_429": .number("\(respond429)"),
            "respond_5xx": .number("\(respond5xx)"), "accept_then_5xx": .number("\(acceptThen5xx)"),
            "accept_then_drop": .number("\(acceptThenDrop)"), "statuses": .bool(statuses), "pair_rate": .bool(pairRate),
        ]
    }

    static func strikes(_ share: Double) -> Bool { share > 0 && Double.random(in: 0..<1) < share }
}
