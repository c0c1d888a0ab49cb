import PluginKit
import Postgres

/// An entry as the table has it. Nothing of it is believed yet.
struct StoredEntry: Sendable, Hashable {
    var chain: AuditChain
    var sequence: Int
    var previousHash: [UInt8]
    var hash: [UInt8]
    /// The bytes that are hashed.
    var text: String

    init(chain: AuditChain, sequence: Int, previousHash: [UInt8], hash: [UInt8], text: String) {
        self.chain = chain
        self.sequence = sequence
        self.previousHash = previousHash
        self.hash = hash
        self.text = text
    }

    init(_ row: PostgresRow, of chain: AuditChain) throws {
        self.init(
            chain: chain, sequence: try row.decode("sequence"), previousHash: try row.decode("previous_hash"),
            hash: try row.decode("hash"), text: try row.decode("entry"))
    }

    /// Read from the text, not from the column beside it: whoever may alter the table can make that say anything.
    var action: String? {
        guard text.contains(#""action":"audit."#), let json = try? JSON(parsing: text) else { return nil }
        return json["action"]?.string
    }
}

/// A chain's last entry, as the table says it.
struct StoredHead: Sendable, Hashable {
    var chain: AuditChain
    var sequence: Int
    var hash: [UInt8]
    var mac: [UInt8]
}

/// What a daily seal says of a chain.
struct SealedHead: Sendable, Hashable {
    var chain: AuditChain
    var sequence: Int
    var hash: [UInt8]
    /// Number of the seal.
    var seal: Int
}
