import PluginKit

public import struct Foundation.Date

/// An entry, to be read.
public struct AuditEntry: Sendable {
    public var chain: AuditChain
    public var sequence: Int
    public var previousHash: [UInt8]
    public var hash: [UInt8]
    /// JSON: exactly the bytes that are hashed.
    public var text: String

    init(_ entry: StoredEntry) {
        chain = entry.chain
        sequence = entry.sequence
        previousHash = entry.previousHash
        hash = entry.hash
        text = entry.text
    }
}

/// Which entries somebody wants to see; nil for all.
public struct AuditFilter: Sendable {
    public var action: String?
    /// Id of who did it.
    public var principal: String?
    /// Id of what it was done to.
    public var subject: String?
    public var outcome: AuditRecord.Outcome?
    /// From this moment on.
    public var since: String?
    /// Before this moment.
    public var until: String?
    public var isOldestFirst = false

    public init() {}

    /// As it is entered into the trail. Of free text that is no id of ours only a digest: somebody may have typed a person's address.
    var json: JSON {
        var json = JSONObject()
        json["action"] = action.map(Self.digest)
        json["principal"] = principal.map(Self.digest)
        json["subject"] = subject.map(Self.digest)
        json["outcome"] = outcome.map { .string($0.rawValue) }
        json["since"] = since.map { .string($0) }
        json["until"] = until.map { .string($0) }
        json["order"] = .string(isOldestFirst ? "oldest" : "newest")
        return .object(json)
    }

    private static func digest(_ text: String) -> JSON {
        let isAction = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x5F }
        return .string(isAction || TenantID(text) != nil ? text : "sha256:\(SealDocument.sha256(text).hexadecimal)")
    }
}

/// A chain, as it is listed.
public struct AuditChainSummary: Sendable {
    public var chain: AuditChain
    /// Number of its last entry, which is how many it has.
    public var sequence: Int
    public var hash: [UInt8]
    public var updatedAt: Date
}
