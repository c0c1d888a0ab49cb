import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// A message as it is put into quarantine: sealed with a key of its own, which is sealed with the tenant's.
struct QuarantinedMessage: Sendable {
    var id: MessageID
    var contact: ContactID
    var channel: ChannelID
    var keySealed: [UInt8]
    var contentSealed: [UInt8]
    var providerIndex: [UInt8]
    var providerIDSealed: [UInt8]
    var type: String
    var opensWindow: Bool
    var occurredAt: Date
    var receivedAt: Date

    var size: Int { contentSealed.count }

    init(_ message: IngestWork.Message, of contact: ContactID, _ keys: TenantKeys) throws {
        id = .generate()
        self.contact = contact
        channel = message.channel
        let key = DataKey(id: id.rawValue, secret: DataKey.generate().secret)
        let seal = QuarantineSeal(message: id, tenant: keys.tenant)
        keySealed = try keys.data.seal(key.secret.revealed, seal.context("key_sealed"))
        let said = QuarantineSeal.Said(
            content: message.message.content, name: message.name?.revealed,
            providerID: message.message.providerID.revealed)
        contentSealed = try key.seal(said.json.encoded(), seal.context("content_sealed"))
        providerIndex = message.providerIndex
        providerIDSealed = try key.seal(Array(said.providerID.utf8), seal.context("provider_id_sealed"))
        type = IngestWork.plain(message.message.content.type)
        opensWindow = message.message.opensWindow
        occurredAt = message.occurredAt
        receivedAt = message.receivedAt
    }
}

/// How a quarantined message is sealed and opened.
struct QuarantineSeal: Sendable {
    /// What a row holds of a person.
    struct Said: Sendable {
        var content: MessageContent
        /// As the messenger gave it with this message.
        var name: String?
        var providerID: String

        var json: JSON {
            var object = JSONObject([("content", content.json)])
            if let name { object["name"] = .string(name) }
            return .object(object)
        }
    }

    let message: MessageID
    let tenant: TenantID

    func context(_ column: String) -> SealContext {
        SealContext(table: "quarantined_messages", column: column, row: message, tenant: tenant)
    }

    /// - Parameter row: with `key_sealed`, `content_sealed` and `provider_id_sealed`.
    func open(_ row: PostgresRow, _ keys: TenantKeys) throws -> Said {
        let secret = try keys.data.open(row.decode("key_sealed"), context("key_sealed"))
        let key = DataKey(id: message.rawValue, secret: Secret(secret))
        let json = try JSON(parsing: key.open(row.decode("content_sealed"), context("content_sealed")))
        guard let content = json["content"].flatMap({ MessageContent(json: $0) }) else { throw SealError.malformed }
        let id = try key.open(row.decode("provider_id_sealed"), context("provider_id_sealed"))
        return Said(content: content, name: json["name"]?.string, providerID: String(decoding: id, as: UTF8.self))
    }
}
