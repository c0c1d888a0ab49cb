import Crypto
import PluginKit

import struct Foundation.Date

/// The outer layers of a webhook: `entry[].changes[]`. What is broken becomes one malformed event and leaves its neighbours alone.
enum Envelope {
    static func events(_ body: [UInt8]) throws(IngressRefusal) -> [ChannelEvent] {
        let document: JSON
        do throws(JSONError) {
            document = try JSON(parsing: body)
        } catch {
            throw .notOfThisMessenger("the body is not JSON: \(error.reason.rawValue)")
        }
        guard document.object != nil else { throw .notOfThisMessenger("the body is not a JSON object") }
        guard document["object"]?.string == "whatsapp_business_account" else {
            throw .notOfThisMessenger("the body's object is not whatsapp_business_account")
        }
        guard let entries = document["entry"]?.array else { throw .notOfThisMessenger("the body has no array entry") }
        return entries.flatMap(events(entry:))
    }

    private static func events(entry: JSON) -> [ChannelEvent] {
        let account = entry["id"]?.string ?? ""
        let at = time(entry["time"])
        guard let changes = entry["changes"]?.array else {
            return [.malformed("an entry has no array changes", .account(account), entry)]
        }
        return changes.flatMap { change in
            Change(account: account, entryTime: at, json: change).events()
        }
    }

    /// Seconds since 1970, as text or number; what lies beyond the year 9999 is no time.
    static func time(_ json: JSON?) -> Date? {
        let seconds: Int?
        switch json {
        case .string(let text): seconds = Int(text)
        case .number(let text): seconds = Int(text)
        default: seconds = nil
        }
        guard let seconds, (0...253_402_300_799).contains(seconds) else { return nil }
        return Date(timeIntervalSince1970: Double(seconds))
    }
}

/// One change: a field's name and its value.
struct Change {
    let account: String
    let entryTime: Date?
    let json: JSON

    func events() -> [ChannelEvent] {
        guard let field = json["field"]?.string, let value = json["value"], value.object != nil else {
            return [.malformed("a change lacks a field or an object value", .account(account), json)]
        }
        let number = value["metadata"]?["phone_number_id"]?.string
        let address: ChannelEvent.Address = number.map { .channel($0) } ?? .account(account)
        guard field == "messages" else { return AccountEvents.events(field, value, address, entryTime, json) }
        guard number != nil else { return [.malformed("a messages change names no phone_number_id", address, json)] }
        let contacts = value["contacts"]?.array ?? []
        var events: [ChannelEvent] = []
        for (name, read) in [
            ("messages", { MessageReader.events($0, contacts, address) }),
            ("statuses", { [StatusReader.event($0, address)] }),
            ("errors", { [AccountEvents.error($0, address, self.entryTime)] }),
        ] as [(String, (JSON) -> [ChannelEvent])] {
            guard let list = value[name], !list.isNull else { continue }
            if let elements = list.array {
                events += elements.flatMap(read)
            } else {
                events.append(.malformed("\(name) is \(list.kind), not an array", address, json))
            }
        }
        if events.isEmpty {
            events.append(
                .malformed("a messages change brings neither messages nor statuses nor errors", address, json))
        }
        return events
    }
}

extension ChannelEvent {
    /// - Parameter reason: quotes nothing of the part.
    static func malformed(_ reason: String, _ address: Address, _ raw: JSON) -> ChannelEvent {
        ChannelEvent(
            address: address, kind: .malformed(reason: reason), occurredAt: nil,
            deduplicationKey: key("malformed", address, raw), raw: raw)
    }

    /// The same for the same bytes of meaning at the same address, whatever company they come in. Two numbers of one tenant can be
    /// told the very same thing, and both must hear of it.
    static func key(_ kind: String, _ address: Address, _ raw: JSON) -> String {
        let place: JSON =
            switch address {
            case .channel(let id): ["channel": .string(id)]
            case .account(let id): ["account": .string(id)]
            }
        let hash = SHA256.hash(data: ([place, raw] as JSON).encoded()).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return "\(kind):\(hash.joined())"
    }
}
