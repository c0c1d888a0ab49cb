import Crypto
import PluginKit

import struct Foundation.Date

/// How entries are chained. An auditor needs nothing but SHA-256 to follow a chain; only we can make a head that fits.
struct AuditHash: Sendable {
    /// What the first entry of a chain follows.
    static let origin = [UInt8](repeating: 0, count: 32)

    private static let prefix = Array("obhut/audit/1\n".utf8)

    private let key: SymmetricKey

    init(_ controlKey: DataKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: controlKey.secret.revealed), info: Array("obhut/audit-head".utf8),
            outputByteCount: 32)
    }

    static func hash(of entry: some Sequence<UInt8>, after previous: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: prefix + previous + Array(entry)))
    }

    /// The MAC of a chain's head.
    func mac(_ chain: AuditChain, sequence: Int, hash: [UInt8]) -> [UInt8] {
        let text = Array("\(chain)\n\(sequence)\n".utf8) + hash
        return Array(HMAC<SHA256>.authenticationCode(for: text, using: key))
    }

    /// Whether a head's MAC is ours. Compared in constant time: the answer must not help to guess one.
    func isGenuine(_ head: StoredHead) -> Bool {
        ConstantTime.equal(mac(head.chain, sequence: head.sequence, hash: head.hash), head.mac)
    }

    /// What every entry begins with, so that one that was moved is known without reading it all.
    static func beginning(of chain: AuditChain, _ sequence: Int) -> String {
        #"{"chain":"\#(chain)","sequence":\#(sequence),"#
    }

    /// The entry as it is hashed and stored.
    static func text(_ record: AuditRecord, chain: AuditChain, sequence: Int, at date: Date) -> String {
        var principal = JSONObject([("kind", .string(record.cause.principal.kind.rawValue))])
        principal["id"] = record.cause.principal.id.map { .string($0) }
        if !record.cause.principal.roles.isEmpty {
            principal["roles"] = .array(record.cause.principal.roles.map(\.rawValue).sorted().map { .string($0) })
        }
        var entry = JSONObject([
            ("chain", .string(chain.description)), ("sequence", .number(String(sequence))),
            ("at", .string(date.rfc3339)), ("action", .string(record.action)),
            ("outcome", .string(record.outcome.rawValue)), ("principal", .object(principal)),
            ("subject", ["kind": .string(record.subject.kind), "id": .string(record.subject.id)]),
        ])
        entry["reason"] = record.cause.reason.map { .string($0) }
        entry["request_id"] = record.cause.requestID.map { .string($0) }
        entry["before"] = record.before
        entry["after"] = record.after
        return storable(.object(entry)).text
    }

    /// Without U+0000: PostgreSQL's jsonb, by which entries are found, has none, and what somebody typed must not keep a change
    /// from being entered.
    private static func storable(_ json: JSON) -> JSON {
        switch json {
        case .string(let text) where text.utf8.contains(0):
            .string(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" })))
        case .array(let elements): .array(elements.map(storable))
        case .object(let object): .object(JSONObject(object.members.map { ($0.name, storable($0.value)) }))
        default: json
        }
    }
}
