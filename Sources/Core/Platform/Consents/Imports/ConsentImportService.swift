public import PluginKit
import Postgres

/// Takes files of consents that a tenant collected elsewhere. A worker records them (`ConsentImportLane`).
public struct ConsentImportService: Sendable {
    let directory: RegionDirectory
    let plugins: PluginRegistry
    let audit: AuditTrail
    let wake: @Sendable (ShardID) -> Void

    /// Begins an import; its file comes next.
    public func begin(_ caller: Caller, _ new: NewConsentImport, _ cause: Cause) async throws -> ConsentImport {
        let columns = try columns(new.source)
        try Self.check(new, columns)
        let id = ConsentImportID.generate()
        return try await inTransaction(caller) { tx, keys in
            try await TenantStanding.requireProcessing(caller.tenant, tx)
            let channel = try await ChannelStore.choose(caller.tenant, new.channel, tx)
            let unfinished = try await tx.pipeline([
                ConsentImportStore.lockBeginning(caller.tenant), ConsentImportStore.countUnfinished(caller.tenant),
            ])[1][0].decode("count", as: Int.self)
            guard unfinished < ConsentImportLimits.open else {
                throw PlatformError(
                    .conflict, "There are \(unfinished) imports that are not over.", remedy: "Finish or stop one first."
                )
            }
            let sealed = try keys.data.seal(
                JSON.object(new.defaults).encoded(),
                ConsentImportStore.context(defaultsOf: id, caller.tenant))
            let row = try await tx.query(
                ConsentImportStore.add(
                    caller.tenant, id, new, channel: channel.id, defaults: sealed, by: caller.key))[0]
            let begun = try ConsentImportStore.found(row)
            try await enter("consent_import.begun", begun, caller, cause)
            return begun
        }
    }

    /// Newest first.
    public func list(_ caller: Caller, _ page: PageRequest) async throws -> Page<ConsentImport> {
        let before = try page.position().map(ConsentImportID.init(rawValue:))
        return try await inTransaction(caller) { tx, _ in
            let rows = try await tx.query(
                ConsentImportStore.list(caller.tenant, before: before, limit: page.limit + 1))
            return try page.cut(try rows.map(ConsentImportStore.found)) { $0.id.rawValue }
        }
    }

    public func find(_ caller: Caller, _ id: ConsentImportID) async throws -> ConsentImport {
        try await inTransaction(caller) { tx, _ in
            guard let row = try await tx.query(ConsentImportStore.find(caller.tenant, id)).first else {
                throw Self.unknown
            }
            return try ConsentImportStore.found(row)
        }
    }

    /// In the order of the file, as far as it has been worked on.
    public func faults(_ caller: Caller, _ id: ConsentImportID, _ page: PageRequest) async throws -> Page<
        ConsentImportFault
    > {
        let after = try page.parts(1).map { parts in
            guard let line = Int(parts[0]) else { throw PageRequest.badCursor }
            return line
        }
        return try await inTransaction(caller) { tx, _ in
            let found = try await tx.pipeline([
                ConsentImportStore.find(caller.tenant, id),
                ConsentImportStore.faults(caller.tenant, id, after: after ?? 0, limit: page.limit + 1),
            ])
            guard found[0].first != nil else { throw Self.unknown }
            let faults = try found[1].map { row in
                ConsentImportFault(
                    line: Int(try row.decode("line", as: Int32.self)), field: try row.decode("field"),
                    problem: try row.decode("problem"))
            }
            return page.cut(faults, at: { [String($0.line)] })
        }
    }

    /// What is not recorded yet will not be; what was stays. The file's rest is removed.
    public func stop(_ caller: Caller, _ id: ConsentImportID, _ cause: Cause) async throws -> ConsentImport {
        try await inTransaction(caller) { tx, _ in
            guard let row = try await tx.query(ConsentImportStore.lock(caller.tenant, id)).first else {
                throw Self.unknown
            }
            let found = try ConsentImportStore.found(row)
            guard !found.state.isOver else { return found }
            let rows = try await tx.pipeline([
                ConsentImportStore.finish(caller.tenant, id, .stopped),
                ConsentImportStore.removeParts(caller.tenant, id),
            ])
            let stopped = try ConsentImportStore.found(rows[0][0])
            try await enter("consent_import.stopped", stopped, caller, cause)
            return stopped
        }
    }

    // MARK: - Help

    func columns(_ source: String) throws -> [ImportColumn] {
        let importable = plugins.consentSources.filter { !$0.value.importColumns.isEmpty }
        guard let plugin = importable[source] else {
            let known = importable.keys.sorted().joined(separator: ", ")
            throw PlatformError.invalid("source", "nothing of this source can be imported; known are: \(known)")
        }
        return plugin.importColumns
    }

    private static func check(_ new: NewConsentImport, _ columns: [ImportColumn]) throws {
        if let name = new.name,
            !(1...200).contains(name.unicodeScalars.count) || name.trimmed.isEmpty || name.utf8.contains(0)
        {
            throw PlatformError.invalid("name", "give 1 to 200 characters")
        }
        let known = Set(columns.map { $0.path.prefix { $0 != "." } })
        if let stranger = new.defaults.members.first(where: { !known.contains($0.name[...]) }) {
            let name = String(stranger.name.prefix(64))
            throw PlatformError.invalid(
                "defaults.\(name)",
                "there is no such field; known are \(known.sorted().joined(separator: ", "))")
        }
        guard JSON.object(new.defaults).encoded().count <= ConsentImportLimits.line else {
            throw PlatformError.invalid("defaults", "give at most \(ConsentImportLimits.line) bytes")
        }
    }

    func inTransaction<Value: Sendable>(
        _ caller: Caller, _ body: @Sendable (PostgresTransaction, TenantKeys) async throws -> Value
    ) async throws -> Value {
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        return try await shard.app.transaction(settings: asTenant(caller.tenant)) { tx in try await body(tx, keys) }
    }

    /// Entered before the region commits: should that fail, the trail tells of something that did not happen, which is better than the
    /// other way round.
    func enter(_ action: String, _ about: ConsentImport, _ caller: Caller, _ cause: Cause) async throws {
        try await audit.enter(
            AuditRecord(
                action, .init("consent_import", about.id), cause,
                after: [
                    "channel": .string(about.channel.description), "source": .string(about.source),
                    "dry_run": .bool(about.isTrial), "lines": .number(String(about.counts.lines)),
                ]), in: .tenant(caller.tenant))
    }

    static let unknown = PlatformError.notFound("consent import")
}
