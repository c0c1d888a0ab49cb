internal import PluginKit

/// How the sandbox misbehaves on purpose. Shares are from 0 (never) to 1 (always).
struct Faults: Sendable, Equatable {
    var duplicateWebhooks = 0.0
    var isReordering = false
    var delayMilliseconds = 0
    var respond429 = 0.0
    var respond5xx = 0.0
    /// The message reaches the handset, but the caller gets a 500.
    var acceptThen5xx = 0.0
    /// The message reaches the handset, but the connection closes without an answer.
    var acceptThenDrop = 0.0
    var sendsStatuses = true
    /// Bursts of 45 to one person, one in 6 s after that (131056).
    var limitsPairs = false
    /// Sends a second that a number may do (130429); nil for no limit.
    var throughputPerSecond: Int?
    /// Starts the chance draws anew, so that a run can be repeated.
    var seed: UInt64 = 1

    init() {}

    /// What is not named is as it should be: an empty object ends all misbehaviour.
    /// - Throws: code 100 for a fault nobody knows or a value out of range.
    init(json: JSON) throws(GraphError) {
        for (name, value) in json.object?.members.map({ ($0.name, $0.value) }) ?? [] {
            if let (_, path) = Self.shares.first(where: { $0.0 == name }) {
                guard case .number(let text) = value, let share = Double(text), (0...1).contains(share) else {
                    throw GraphError(100, details: "\(name) is a share from 0 to 1")
                }
                self[keyPath: path] = share
                continue
            }
            switch (name, value) {
            case ("reorder", .bool(let value)): isReordering = value
            case ("statuses", .bool(let value)): sendsStatuses = value
            case ("pair_rate", .bool(let value)): limitsPairs = value
            case ("throughput_per_second", .null): throughputPerSecond = nil
            case ("delay_ms", .number), ("throughput_per_second", .number), ("seed", .number):
                guard let number = value.int, name == "seed" || (0...3_600_000).contains(number) else {
                    throw GraphError(100, details: "\(name) is a whole number from 0 to 3600000")
                }
                switch name {
                case "delay_ms": delayMilliseconds = number
                case "seed": seed = UInt64(bitPattern: Int64(number))
                default: throughputPerSecond = max(1, number)
                }
            default: throw GraphError(100, details: "\(name) is no fault, or its value is of the wrong kind")
            }
        }
    }

    var json: JSONObject {
        var object = JSONObject()
        for (name, path) in Self.shares { object[name] = .number(String(self[keyPath: path])) }
        object["reorder"] = .bool(isReordering)
        object["delay_ms"] = JSON(integerLiteral: delayMilliseconds)
        object["statuses"] = .bool(sendsStatuses)
        object["pair_rate"] = .bool(limitsPairs)
        object["throughput_per_second"] = throughputPerSecond.map { JSON(integerLiteral: $0) } ?? .null
        object["seed"] = JSON(integerLiteral: Int(Int64(bitPattern: seed)))
        return object
    }

    private static var shares: [(String, WritableKeyPath<Faults, Double>)] {
        [
            ("duplicate_webhooks", \.duplicateWebhooks), ("respond_429", \.respond429), ("respond_5xx", \.respond5xx),
            ("accept_then_5xx", \.acceptThen5xx), ("accept_then_drop", \.acceptThenDrop),
        ]
    }
}

/// SplitMix64: small, and the same on every machine for the same seed.
struct SeededRandom: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True with the given probability; draws nothing when it is 0.
    mutating func hits(_ share: Double) -> Bool {
        share > 0 && Double.random(in: 0..<1, using: &self) < share
    }
}

/// Holds a rate with bursts. Times are milliseconds.
struct TokenBucket: Sendable {
    private var tokens: Double
    private var at: Int

    init(full burst: Double, at: Int) {
        tokens = burst
        self.at = at
    }

    /// Takes one token if there is one.
    mutating func take(now: Int, perSecond rate: Double, burst: Double) -> Bool {
        tokens = min(burst, tokens + Double(max(0, now - at)) / 1000 * rate)
        at = max(at, now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
