import PluginKit

import struct Foundation.UUID

/// A contact with its key open: what is needed to seal and to read what concerns the person.
struct OpenContact: Sendable {
    let id: ContactID
    let tenant: TenantID
    let key: DataKey

    /// A new contact's key, and the same sealed with the tenant's key.
    static func new(_ keys: TenantKeys) throws -> (contact: OpenContact, sealed: [UInt8]) {
        let id = ContactID.generate()
        let key = DataKey.generate()
        let sealed = try keys.data.seal(key.secret.revealed, context(id, keys.tenant))
        return (OpenContact(id: id, tenant: keys.tenant, key: key), sealed)
    }

    init(id: ContactID, keyID: UUID, keySealed: [UInt8], keys: TenantKeys) throws(SealError) {
        self.id = id
        tenant = keys.tenant
        key = DataKey(id: keyID, secret: Secret(try keys.data.open(keySealed, Self.context(id, keys.tenant))))
    }

    private init(id: ContactID, tenant: TenantID, key: DataKey) {
        self.id = id
        self.tenant = tenant
        self.key = key
    }

    private static func context(_ id: ContactID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "contacts", column: "key_sealed", row: id.rawValue, tenant: tenant)
    }

    func seal(name: String) throws -> [UInt8] {
        try key.seal(Array(name.utf8), nameContext)
    }

    func open(name sealed: [UInt8]) throws -> String {
        String(decoding: try key.open(sealed, nameContext), as: UTF8.self)
    }

    private var nameContext: SealContext {
        SealContext(table: "contacts", column: "name_sealed", row: id.rawValue, tenant: tenant)
    }

    func seal(address: String, of identity: IdentityID) throws -> [UInt8] {
        try key.seal(Array(address.utf8), addressContext(identity))
    }

    func open(address sealed: [UInt8], of identity: IdentityID) throws -> String {
        String(decoding: try key.open(sealed, addressContext(identity)), as: UTF8.self)
    }

    private func addressContext(_ identity: IdentityID) -> SealContext {
        SealContext(table: "identities", column: "address_sealed", row: identity.rawValue, tenant: tenant)
    }

    func seal(content: MessageContent, of message: MessageID) throws -> [UInt8] {
        try key.seal(content.json.encoded(), messageContext("content_sealed", message))
    }

    func open(content sealed: [UInt8], of message: MessageID) throws(SealError) -> MessageContent {
        let bytes = try key.open(sealed, messageContext("content_sealed", message))
        guard let json = try? JSON(parsing: bytes), let content = MessageContent(json: json) else {
            throw SealError.malformed
        }
        return content
    }

    func seal(providerID: String, of message: MessageID) throws -> [UInt8] {
        try key.seal(Array(providerID.utf8), messageContext("provider_id_sealed", message))
    }

    func open(providerID sealed: [UInt8], of message: MessageID) throws -> String {
        String(decoding: try key.open(sealed, messageContext("provider_id_sealed", message)), as: UTF8.self)
    }

    private func messageContext(_ column: String, _ message: MessageID) -> SealContext {
        SealContext(table: "messages", column: column, row: message.rawValue, tenant: tenant)
    }
}
