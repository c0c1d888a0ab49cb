import Crypto
public import PluginKit
import Postgres

public import struct Foundation.Date

/// An export under way: lines of JSON, one a row, read and opened page by page, so that memory stays as it is however much there is.
///
/// The first line is the manifest: what it is, of whom, and how many rows each table had when it began. Each further line is
/// `{"table": …, "row": {…}}`. The last line counts the rows told and has the SHA-256 of all bytes before it: without it the file is not
/// whole. What is written meanwhile may be in it or not; of a terminated tenant nothing is.
public struct TenantExport: Sendable {
    static let format = "obhut/tenant-export/1"
    /// Rows read at once. A text message has 16 KB at most.
    static let page = 500

    public let tenant: Tenant
    let counts: JSON
    public let startedAt: Date
    let control: PostgresClient
    let shard: Shard
    let keys: TenantKeys

    /// Writes it all, a page at a time; `emit` returns when it may have more.
    public func write(_ emit: ([UInt8]) async throws -> Void) async throws {
        var hash = SHA256()
        var told: [(String, JSON)] = []
        func send(_ lines: [JSON]) async throws {
            let bytes = Self.encoded(lines)
            hash.update(data: bytes)
            try await emit(bytes)
        }
        try await send([
            [
                "export": .string(Self.format), "tenant_id": .string(tenant.id.description),
                "region": .string(tenant.region.rawValue), "started_at": .string(startedAt.rfc3339), "rows": counts,
            ]
        ])
        for table in ExportTable.all {
            var (count, place): (Int, [String]?) = (0, nil)
            while true {
                let rows = try await page(of: table, after: place)
                guard let last = rows.last else { break }
                try await send(try rows.map { try line(table, $0) })
                count += rows.count
                if rows.count < Self.page { break }
                place = try last.decode("place", as: [String].self)
            }
            told.append((table.name, .number(String(count))))
        }
        let digest = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try await emit(
            Self.encoded([
                [
                    "end": .string(Self.format), "rows": .object(JSONObject(told)),
                    "finished_at": .string(Date().rfc3339), "sha256": .string(digest),
                ]
            ]))
    }

    /// Whether it may still be returned is asked for each page: an erasure that begins ends the export.
    private func page(of table: ExportTable, after place: [String]?) async throws -> [PostgresRow] {
        let look = table.page(tenant.id, after: place, limit: Self.page)
        switch table.place {
        case .control: return Array(try await control.query(look))
        case .region:
            return try await shard.app.transaction(settings: asTenant(tenant.id), readOnly: true) { tx in
                try await TenantStanding.requireExport(tenant.id, tx)
                return Array(try await tx.query(look))
            }
        }
    }

    private func line(_ table: ExportTable, _ row: PostgresRow) throws -> JSON {
        let told = try JSON(parsing: Array(row.decode("row", as: String.self).utf8))
        let members = (told.object?.members ?? []).map { ($0.name, $0.value) }
        return [
            "table": .string(table.name), "row": .object(JSONObject(members + (try table.opened(row, keys)))),
        ]
    }

    private static func encoded(_ lines: [JSON]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line.encoded()
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
