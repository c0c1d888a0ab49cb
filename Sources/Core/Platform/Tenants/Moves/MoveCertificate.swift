import PluginKit

import struct Foundation.Date

/// Says that nothing of a tenant's data is left where it came from, and what there was.
enum MoveCertificate {
    static let format = "obhut/move-certificate/1"

    /// What stays at the source, and why.
    static let kept = [
        (table: "tenant_standing", reason: "one row that says that the tenant left: whoever still asks here is led on")
    ]

    static func text(
        _ move: TenantMove, _ findings: ErasureFindings, finishedAt: Date, entry: (sequence: Int, hash: [UInt8])
    ) -> String {
        let place: (TenantMove.Place) -> JSON = {
            ["region": .string($0.region.rawValue), "shard": .string($0.shard.rawValue)]
        }
        let time: (Date?) -> JSON = { $0.map { .string($0.rfc3339) } ?? .null }
        let certificate: JSON = [
            "format": .string(format), "tenant_id": .string(move.tenant.description),
            "move_id": .string(move.id.description), "from": place(move.from), "to": place(move.to),
            "held_at": time(move.heldAt), "copied_at": time(move.copiedAt), "switched_at": time(move.switchedAt),
            "finished_at": .string(finishedAt.rfc3339),
            "wrapped_keys_destroyed": .array(findings.keys.map { .string($0) }),
            "rows_destroyed": .object(
                JSONObject(findings.rows.sorted { $0.key < $1.key }.map { ($0.key, .number(String($0.value))) })),
            "kept": .array(kept.map { ["table": .string($0.table), "because": .string($0.reason)] }),
            "audit": [
                "chain": .string(move.tenant.description), "sequence": .number(String(entry.sequence)),
                "hash": .string(entry.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()),
            ],
        ]
        return certificate.text
    }
}
