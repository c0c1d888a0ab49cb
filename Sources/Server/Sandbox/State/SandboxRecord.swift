internal import PluginKit

/// One fact that the journal holds. State is what the records, applied in order, add up to.
enum SandboxRecord: Sendable {
    case number(PhoneNumber)
    case handset(Handset)
    case message(StoredMessage)
    case messageState(id: String, StoredMessage.State)
    case webhook(PendingWebhook)
    /// Delivered or given up.
    case webhooksDone(numberID: String, sequences: [Int])
    case template(wabaID: String, JSONObject)
    case templateGone(wabaID: String, id: String)
    case media(Media)
    case mediaGone(id: String)
    case faults(Faults)
    case reset(withNumbers: Bool)

    /// The record as one line of the journal, line break included.
    var line: [UInt8] {
        if case .webhook(let hook) = self { return Self.line(of: hook) }
        var line = JSON.object(object).encoded()
        line.append(0x0A)
        return line
    }

    private var object: JSONObject {
        func kind(_ kind: String, _ members: [(String, JSON)]) -> JSONObject {
            JSONObject([("k", .string(kind))] + members)
        }
        switch self {
        case .number(let number): return kind("number", [("v", .object(number.json))])
        case .handset(let handset): return kind("handset", [("v", .object(handset.json))])
        case .message(let message): return kind("message", [("v", .object(message.journal))])
        case .messageState(let id, let state):
            return kind("state", [("id", .string(id)), ("v", .string(state.rawValue))])
        case .webhook(let hook): return kind("hook", [("q", JSON(integerLiteral: hook.sequence))])
        case .webhooksDone(let number, let sequences):
            return kind("done", [("n", .string(number)), ("q", .array(sequences.map { JSON(integerLiteral: $0) }))])
        case .template(let waba, let template):
            return kind("template", [("w", .string(waba)), ("v", .object(template))])
        case .templateGone(let waba, let id): return kind("untemplate", [("w", .string(waba)), ("id", .string(id))])
        case .media(let media): return kind("media", [("v", .object(media.json))])
        case .mediaGone(let id): return kind("unmedia", [("id", .string(id))])
        case .faults(let faults): return kind("faults", [("v", .object(faults.json))])
        case .reset(let all): return kind("reset", [("numbers", .bool(all))])
        }
    }

    /// The change is JSON already and goes in as it is.
    private static func line(of hook: PendingWebhook) -> [UInt8] {
        var line = Array(
            "{\"k\":\"hook\",\"q\":\(hook.sequence),\"n\":\"\(hook.numberID)\",\"at\":\(hook.at),\"v\":".utf8)
        line.append(contentsOf: hook.change)
        line.append(UInt8(ascii: "}"))
        line.append(0x0A)
        return line
    }
}

extension SandboxRecord {
    /// Reads one line back; nil for a line that is torn or of a kind this version does not know.
    init?(line: some Collection<UInt8>) {
        guard let json = try? JSON(parsing: line), let kind = json["k"]?.string else { return nil }
        let value = json["v"] ?? .null
        switch kind {
        case "number":
            guard let number = PhoneNumber(journal: value) else { return nil }
            self = .number(number)
        case "handset":
            guard let handset = Handset(journal: value) else { return nil }
            self = .handset(handset)
        case "message":
            guard let message = StoredMessage(journal: value) else { return nil }
            self = .message(message)
        case "state":
            guard let id = json["id"]?.string, let state = value.string.flatMap(StoredMessage.State.init) else {
                return nil
            }
            self = .messageState(id: id, state)
        case "hook":
            guard let sequence = json["q"]?.int, let number = json["n"]?.string, let at = json["at"]?.int else {
                return nil
            }
            self = .webhook(
                PendingWebhook(sequence: sequence, numberID: number, at: at, change: EscapedJSON.encode(value)))
        case "done":
            guard let number = json["n"]?.string, let sequences = json["q"]?.array else { return nil }
            self = .webhooksDone(numberID: number, sequences: sequences.compactMap(\.int))
        case "template":
            guard let waba = json["w"]?.string, let template = value.object else { return nil }
            self = .template(wabaID: waba, template)
        case "untemplate":
            guard let waba = json["w"]?.string, let id = json["id"]?.string else { return nil }
            self = .templateGone(wabaID: waba, id: id)
        case "media":
            guard let media = Media(journal: value) else { return nil }
            self = .media(media)
        case "unmedia":
            guard let id = json["id"]?.string else { return nil }
            self = .mediaGone(id: id)
        case "faults":
            do throws(GraphError) { self = .faults(try Faults(json: value)) } catch { return nil }
        case "reset": self = .reset(withNumbers: json["numbers"]?.bool ?? false)
        default: return nil
        }
    }
}
