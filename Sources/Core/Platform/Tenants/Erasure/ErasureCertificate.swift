public import PluginKit

import struct Foundation.Date

/// What was there when an erasure began. Counted before the first of it is destroyed, and kept, so that a crash loses no count.
struct ErasureFindings: Sendable, Hashable {
    var rows: [String: Int]
    var keys: [String]

    var json: JSON {
        [
            "rows": .object(JSONObject(rows.sorted { $0.key < $1.key }.map { ($0.key, .number(String($0.value))) })),
            "keys": .array(keys.map { .string($0) }),
        ]
    }

    init(rows: [String: Int], keys: [String]) {
        self.rows = rows
        self.keys = keys
    }

    init(_ json: JSON) {
        rows = [:]
        for member in json["rows"]?.object?.members ?? [] { rows[member.name] = member.value.int }
        keys = json["keys"]?.array?.compactMap(\.string) ?? []
    }
}

/// Says that nothing of a tenant's data is left, and what there was.
public struct ErasureCertificate: Sendable, Hashable {
    /// JSON, exactly the bytes that are sealed.
    public var text: String
    /// Nil where no sealer is configured.
    public var seal: [UInt8]?

    static let format = "obhut/erasure-certificate/1"

    /// - Parameters:
    ///   - removed: rows of the control plane that went in the end.
    ///   - entry: where in the trail it stands, and that entry's hash.
    static func text(
        _ tenant: Tenant, _ findings: ErasureFindings, removed: [String: Int], startedAt: Date, finishedAt: Date,
        entry: (sequence: Int, hash: [UInt8])
    ) -> String {
        let counts: ([String: Int]) -> JSON = { rows in
            .object(JSONObject(rows.sorted { $0.key < $1.key }.map { ($0.key, .number(String($0.value))) }))
        }
        let certificate: JSON = [
            "format": .string(format), "tenant_id": .string(tenant.id.description),
            "region": .string(tenant.region.rawValue), "shard": .string(tenant.shard.rawValue),
            "terminated_at": tenant.terminatedAt.map { .string($0.rfc3339) } ?? .null,
            "started_at": .string(startedAt.rfc3339), "finished_at": .string(finishedAt.rfc3339),
            "keys_destroyed": .array(findings.keys.map { .string($0) }),
            "rows_destroyed": ["region": counts(findings.rows), "control": counts(removed)],
            "kept": .array(ErasureStore.kept.map { ["table": .string($0.table), "because": .string($0.reason)] }),
            "audit": [
                "chain": .string(tenant.id.description), "sequence": .number(String(entry.sequence)),
                "hash": .string(entry.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()),
            ],
        ]
        return certificate.text
    }
}
