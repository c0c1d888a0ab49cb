public import PluginKit
import Postgres

extension ConsentImportService {
    /// Takes the file piece by piece, keeps it sealed, and has it worked on.
    /// - Parameter pieces: the file's bytes, cut anywhere. When they break off, nothing is kept and the import is open again.
    /// - Throws: `.conflict` when the import has its file already; `.invalid` for what is no such file.
    public func receive(
        _ caller: Caller, _ id: ConsentImportID, _ format: ImportFormat,
        _ pieces: some AsyncSequence<[UInt8], any Error> & Sendable, _ cause: Cause
    ) async throws -> ConsentImport {
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        let importing = try await opened(caller, id)
        do {
            var intake = ImportIntake(
                reader: format.reader(try columns(importing.source)), importing: id, keys: keys, shard: shard)
            var size = 0
            for try await piece in pieces {
                size += piece.count
                guard size <= ConsentImportLimits.file else {
                    throw PlatformError.invalid("content", "the file is larger than \(ConsentImportLimits.file) bytes")
                }
                try await intake.take(piece)
            }
            try await intake.finish()
            let (lines, refused) = (intake.lines, intake.refused)
            guard lines > 0 else { throw PlatformError.invalid("content", "the file has no lines") }
            let started = try await inTransaction(caller) { tx, _ in
                let rows = try await tx.pipeline(
                    ConsentImportStore.start(caller.tenant, id, lines: lines, refused: refused))
                guard let row = rows[0].first else { throw Self.stopped }
                let started = try ConsentImportStore.found(row)
                try await enter("consent_import.received", started, caller, cause)
                return started
            }
            wake(caller.shard)
            return started
        } catch {
            // Also when the caller hung up: what came is removed before anything else happens.
            try? await Task {
                _ = try await shard.app.transactionBatch(
                    settings: asTenant(caller.tenant), ConsentImportStore.reopen(caller.tenant, id))
            }.value
            throw error
        }
    }

    private func opened(_ caller: Caller, _ id: ConsentImportID) async throws -> ConsentImport {
        try await inTransaction(caller) { tx, _ in
            try await TenantStanding.requireProcessing(caller.tenant, tx)
            guard let row = try await tx.query(ConsentImportStore.find(caller.tenant, id)).first else {
                throw Self.unknown
            }
            let rows = try await tx.pipeline(ConsentImportStore.receive(caller.tenant, id))
            guard rows[0].first != nil else {
                let state = try ConsentImportStore.found(row).state.rawValue
                throw PlatformError(
                    .conflict, "The import takes no file: it is \(state).",
                    remedy: "Begin another import for another file.")
            }
            return try ConsentImportStore.found(row)
        }
    }

    fileprivate static let stopped = PlatformError(
        .conflict, "The import was stopped while its file came.", remedy: "Begin another import.")
}

/// Cuts what comes into parts and keeps them.
private struct ImportIntake {
    var reader: any ImportReader
    let importing: ConsentImportID
    let keys: TenantKeys
    let shard: Shard

    private(set) var lines = 0
    private(set) var refused = 0
    private var parts = 0
    private var declarations: [JSON] = []
    private var faults: [ConsentImportFault] = []
    private var size = 0

    init(reader: any ImportReader, importing: ConsentImportID, keys: TenantKeys, shard: Shard) {
        self.reader = reader
        self.importing = importing
        self.keys = keys
        self.shard = shard
    }

    mutating func take(_ piece: [UInt8]) async throws {
        try await add(try reader.read(piece), about: piece.count)
    }

    mutating func finish() async throws {
        try await add(try reader.finish(), about: 0)
        try await flush()
    }

    /// - Parameter bytes: from how many of the file they were read.
    private mutating func add(_ read: [ImportLine], about bytes: Int) async throws {
        lines += read.count
        guard lines <= ConsentImportLimits.lines else {
            throw PlatformError.invalid("content", "the file has more than \(ConsentImportLimits.lines) lines")
        }
        let share = read.isEmpty ? 0 : bytes / read.count
        for line in read {
            switch line {
            case .declaration(let declaration, let number):
                declarations.append(["line": .number(String(number)), "declaration": .object(declaration)])
            case .fault(let fault): faults.append(fault)
            }
            size += share
            if declarations.count + faults.count >= ConsentImportLimits.part || size >= ConsentImportLimits.partBytes {
                try await flush()
            }
        }
    }

    private mutating func flush() async throws {
        let tenant = keys.tenant
        var writes: [PostgresQuery] = []
        if !declarations.isEmpty {
            parts += 1
            let sealed = try keys.data.seal(
                JSON.array(declarations).encoded(), ConsentImportStore.context(part: parts, of: importing, tenant))
            writes.append(ConsentImportStore.keep(tenant, importing, part: parts, sealed))
        }
        if !faults.isEmpty {
            refused += faults.count
            writes.append(ConsentImportStore.note(tenant, importing, faults))
        }
        guard !writes.isEmpty else { return }
        let rows = try await shard.app.transactionBatch(settings: asTenant(tenant), writes)
        if !declarations.isEmpty, rows[0].first == nil {
            throw ConsentImportService.stopped
        }
        (declarations, faults, size) = ([], [], 0)
    }
}
