import Postgres

/// Copies all rows of a tenant from one shard to another and compares both sides, in one transaction of the target: all of it is there
/// afterwards, or nothing.
///
/// Memory stays as it is however much there is: a portion at a time goes from the one to the other.
struct TenantCopy: Sendable {
    /// Both sides write values down in the same words; a large table takes longer than a request may.
    private static let settings = [
        ("application_name", MovementStore.copying),
        ("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"), ("TimeZone", "UTC"),
        ("DateStyle", "ISO, YMD"), ("IntervalStyle", "iso_8601"), ("bytea_output", "hex"), ("extra_float_digits", "1"),
    ]

    let source: Shard
    let target: Shard
    let move: TenantMove
    /// Bytes that are read before they are written.
    let portion: Int

    /// What is not the same on both sides.
    struct Difference: Error, Sendable, Hashable {
        var sentence: String
    }

    /// Another worker went on with the move, or ended it.
    struct Overtaken: Error {}

    /// - Returns: what there was, the same on both sides.
    func run() async throws -> ErasureFindings {
        let shapes = try await TableShape.all(source.worker)
        guard try await TableShape.all(target.worker) == shapes else {
            throw Difference(sentence: "The two shards do not have the same tables: migrate both first.")
        }
        let settings = asTenant(move.tenant) + Self.settings
        return try await target.worker.transaction(settings: settings, retries: 0) { to in
            try await source.worker.transaction(
                settings: settings, isolation: .repeatableRead, readOnly: true, retries: 0
            ) { from in
                // Two that copy at once: the second waits here, and then finds it done.
                let held = try await to.query(MovementStore.held(move)).first?.decode("movement", as: String?.self)
                switch held {
                case "arriving":
                    for shape in shapes { try await copy(shape, from, to) }
                    let findings = try await compare(shapes, from, to)
                    guard try await to.query(MovementStore.arrive(move)).affectedRows == 1 else { throw Overtaken() }
                    return findings
                case "arrived": return try await compare(shapes, from, to)
                default: throw Overtaken()
                }
            }
        }
    }

    // MARK: - Copying

    private func copy(_ shape: TableShape, _ from: PostgresTransaction, _ to: PostgresTransaction) async throws {
        if shape.name == "tenant_keys" { return try await copyKeys(from, to) }
        _ = try await to.query(shape.makePortion)
        try await pass(shape.read, shape.addPortion, from, to)
        for link in shape.links { try await pass(shape.readLinks(link), shape.addLinks(link), from, to) }
        _ = try await to.query(TableShape.dropPortion)
    }

    private func pass(
        _ read: PostgresQuery, _ add: [PostgresQuery], _ from: PostgresTransaction, _ to: PostgresTransaction
    ) async throws {
        var waiting: [UInt8] = []
        try await from.copyOut(read) { bytes in
            waiting += bytes
            guard waiting.count >= portion else { return }
            try await put(waiting, add, to)
            waiting = []
        }
        if !waiting.isEmpty { try await put(waiting, add, to) }
    }

    private func put(_ rows: [UInt8], _ add: [PostgresQuery], _ to: PostgresTransaction) async throws {
        try await to.copyIn(TableShape.writePortion) { writer in try await writer.write(rows) }
        _ = try await to.pipeline(add)
    }

    /// The keys are the same; what wraps them is the region's own.
    private func copyKeys(_ from: PostgresTransaction, _ to: PostgresTransaction) async throws {
        try await target.keys.check()
        let keys = try await source.keys.all(of: move.tenant, from)
        _ = try await to.pipeline(try await target.keys.wrapping(keys, of: move.tenant))
    }

    // MARK: - Comparing

    private func compare(
        _ shapes: [TableShape], _ from: PostgresTransaction, _ to: PostgresTransaction
    ) async throws -> ErasureFindings {
        var rows: [String: Int] = [:]
        for shape in shapes {
            let query = shape.digest(without: shape.name == "tenant_keys" ? ["kek_id", "wrapped"] : [])
            async let here = digest(query, from)
            async let there = digest(query, to)
            let sides = try await [here, there]
            guard sides[0] == sides[1] else {
                throw Difference(
                    sentence: "\(shape.name) is not the same after copying: \(sides[0].rows) rows and \(sides[1].rows)."
                )
            }
            rows[shape.name] = sides[0].rows
        }
        let (old, new) = (
            try await source.keys.all(of: move.tenant, from), try await target.keys.all(of: move.tenant, to)
        )
        guard old == new else { throw Difference(sentence: "The tenant's keys are not the same after copying.") }
        return ErasureFindings(rows: rows, keys: old.map { $0.id.uuidString.lowercased() })
    }

    private struct Digest: Hashable {
        var rows: Int
        var sums: Substring
    }

    private func digest(_ query: PostgresQuery, _ tx: PostgresTransaction) async throws -> Digest {
        var told: [UInt8] = []
        try await tx.copyOut(query) { told += $0 }
        let parts = String(decoding: told, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let rows = parts.first.flatMap({ Int($0) }) else {
            throw Difference(sentence: "The rows of a table could not be counted.")
        }
        return Digest(rows: rows, sums: parts.dropFirst().first ?? "")
    }
}
