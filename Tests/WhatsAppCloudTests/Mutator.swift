import PluginKit
import TestSupport

/// Spoils webhooks at random, the same way for the same seed: bytes as a broken line would, and values as a Meta that changes
/// its mind would.
struct Mutator {
    private var random: SeededGenerator
    /// What texts are replaced by; whatever quotes one of them quotes content.
    static let marker = "Qx7-"

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func mutation(of body: [UInt8]) -> [UInt8] {
        guard Bool.random(using: &random), let document = try? JSON(parsing: body) else { return spoilt(body) }
        var json = document
        for _ in 0..<Int.random(in: 1...3, using: &random) { json = changed(json) }
        return json.encoded()
    }

    // MARK: - Bytes

    private mutating func spoilt(_ body: [UInt8]) -> [UInt8] {
        var bytes = body
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard let place = bytes.indices.randomElement(using: &random) else { break }
            let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.insert(Array(#"{}[]",:\u0"#.utf8).randomElement(using: &random) ?? 0, at: place)
            default: bytes.removeSubrange(end...)
            }
        }
        return bytes
    }

    // MARK: - Values

    /// The value with one place in it changed, every place being as likely.
    private mutating func changed(_ json: JSON) -> JSON {
        var steps = Int.random(in: 0..<json.places, using: &random)
        return changed(json, after: &steps)
    }

    /// - Parameter steps: how many places are passed, in the order of the document, before the one that is changed.
    private mutating func changed(_ json: JSON, after steps: inout Int) -> JSON {
        if steps == 0 {
            steps = -1
            return spoilt(json)
        }
        steps -= 1
        switch json {
        case .array(var elements):
            for place in elements.indices where steps >= 0 { elements[place] = changed(elements[place], after: &steps) }
            return .array(elements)
        case .object(var object):
            for member in object.members where steps >= 0 { object[member.name] = changed(member.value, after: &steps) }
            return .object(object)
        default: return json
        }
    }

    private mutating func spoilt(_ json: JSON) -> JSON {
        switch json {
        case .array(var elements):
            guard let place = elements.indices.randomElement(using: &random) else { return [value()] }
            switch Int.random(in: 0..<5, using: &random) {
            case 0: elements.remove(at: place)
            case 1: elements.append(elements[place])
            case 2: elements[place] = value()
            case 3: elements.shuffle(using: &random)
            default: return value()
            }
            return .array(elements)
        case .object(var object):
            let member = object.members.randomElement(using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: if let member { object[member.name] = JSON?.none }
            case 1: if let member { object[name()] = member.value }
            case 2: object[name()] = value()
            case 3: if let member { object[member.name] = value() }
            default: return value()
            }
            return .object(object)
        default: return value()
        }
    }

    private mutating func name() -> String {
        let names = [
            "id", "type", "from", "text", "timestamp", "status", "contacts", "metadata", "errors", "field", "value",
            "changes", "",
            Self.marker + "name", "user_id", "wa_id", "system", "context",
        ]
        return names.randomElement(using: &random) ?? ""
    }

    private mutating func value() -> JSON {
        let texts = [
            "", "0", "-1", "99999999999999999999", "text", "contacts", "system", "sent", "messages", "user_preferences",
            "\u{0}", "😀",
        ]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2:
            return .number(
                ["0", "-0", "1e400", "0.1", "9223372036854775808", "-1"].randomElement(using: &random) ?? "0")
        case 3: return []
        case 4: return [:]
        case 5: return .array([value()])
        case 6: return .object(JSONObject([(name(), value())]))
        case 7: return .string(texts.randomElement(using: &random) ?? "")
        default: return .string(Self.marker + String(UInt64.random(in: .min ... .max, using: &random)))
        }
    }
}

extension JSON {
    /// How many values the document has, itself included.
    fileprivate var places: Int {
        switch self {
        case .array(let elements): elements.reduce(1) { $0 + $1.places }
        case .object(let object): object.members.reduce(1) { $0 + $1.value.places }
        default: 1
        }
    }
}
