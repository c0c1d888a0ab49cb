import Foundation
import PluginKit

@testable import WhatsAppCloud

/// The webhook bodies under `Tests/Fixtures/whatsapp-cloud`, and what stands beside them in `whatsapp-cloud.expected.json`.
enum Fixtures {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures")
        .standardized

    /// By the file's name without `.json`.
    static let bodies: [String: [UInt8]] = {
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder.appending(path: "whatsapp-cloud"), includingPropertiesForKeys: nil)
        let json = (files ?? []).filter { $0.pathExtension == "json" }
        return Dictionary(
            uniqueKeysWithValues: json.compactMap { file in
                (try? Data(contentsOf: file)).map { (file.deletingPathExtension().lastPathComponent, Array($0)) }
            })
    }()

    static let names = bodies.keys.sorted()

    static let expectations: [String: JSON] = {
        let data = try? Data(contentsOf: folder.appending(path: "whatsapp-cloud.expected.json"))
        let members = data.flatMap { try? JSON(parsing: $0) }?.object?.members ?? []
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }()

    static func json(_ name: String) throws -> JSON { try JSON(parsing: bodies[name] ?? []) }

    static func events(_ name: String) throws -> [ChannelEvent] { try WhatsAppCloud().parse(body: bodies[name] ?? []) }

    /// What stands in `value.messages` of a body, over all its changes.
    static func messages(_ body: JSON) -> [JSON] {
        let changes = (body["entry"]?.array ?? []).flatMap { $0["changes"]?.array ?? [] }
        return changes.flatMap { $0["value"]?["messages"]?.array ?? [] }
    }

    /// A body with one change of one account.
    static func body(
        field: String = "messages", _ value: JSON, account: String = "209876543210001", time: JSON? = nil
    ) -> [UInt8] {
        var entry = JSONObject([("id", .string(account)), ("changes", [["value": value, "field": .string(field)]])])
        entry["time"] = time
        return (["object": "whatsapp_business_account", "entry": [.object(entry)]] as JSON).encoded()
    }

    /// A body with messages of one number.
    static func body(messages: JSON, contacts: JSON = [], number: String = "109876543210001") -> [UInt8] {
        body(["metadata": ["phone_number_id": .string(number)], "contacts": contacts, "messages": messages])
    }
}

extension ChannelEvent {
    /// The event in the words of the expectations.
    var told: JSON {
        var told: JSONObject
        switch kind {
        case .message(let message):
            told = JSONObject([
                ("kind", "message"), ("id", .string(message.providerID.revealed)),
                ("type", .string(message.content.type)),
            ])
            told.tell(message.sender)
        case .status(let status):
            told = JSONObject([
                ("kind", "status"), ("id", .string(status.providerID.revealed)),
                ("stage", .string(status.stage.rawValue)),
                ("to", status.recipient.told),
            ])
            told["reference"] = status.callerReference.map { .string($0) }
            told["fault"] = status.fault.map { .string($0.code) }
        case .identityChange(let previous, let current):
            told = JSONObject([("kind", "identity_change"), ("previous", previous.told), ("current", current.told)])
        case .preference(let person, let purpose, let stopped):
            told = JSONObject([("kind", "preference"), ("purpose", .string(purpose)), ("stopped", .bool(stopped))])
            told.tell(person)
        case .account(let field): told = JSONObject([("kind", "account"), ("field", .string(field))])
        case .other(let field): told = JSONObject([("kind", "other"), ("field", .string(field))])
        case .malformed(let reason): told = JSONObject([("kind", "malformed"), ("reason", .string(reason))])
        }
        switch address {
        case .channel(let id): told["address"] = .string("channel \(id)")
        case .account(let id): told["address"] = .string("account \(id)")
        }
        told["at"] = occurredAt.map { .number(String(Int($0.timeIntervalSince1970))) }
        return .object(told)
    }

    var content: MessageContent? {
        if case .message(let message) = kind { message.content } else { nil }
    }
}

extension [Identity] {
    var told: JSON { .array(map { .string("\($0.kind) \($0.address.revealed)") }) }
}

extension JSONObject {
    fileprivate mutating func tell(_ person: PersonReference) {
        self["from"] = person.identities.told
        self["name"] = person.displayName.map { .string($0.revealed) }
    }
}
