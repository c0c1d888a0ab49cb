import Logging
import PluginKit
import Postgres

import struct Foundation.Date
import typealias Foundation.TimeInterval

/// Moves a tenant, step by step. Each step is committed for itself and can be repeated, so whoever comes after a crash goes on from where
/// the last one was. That one process at a time does it is the worker's care; should two believe so, each step names the move and the
/// state that it goes on from, and the second changes nothing.
///
/// waiting_for_notice -> holding -> copying -> switched -> done, and before the switch from each of them -> cancelled | failed.
struct TenantMover: Sendable {
    /// After which a process may die; tests let it.
    enum Step: String, Sendable, CaseIterable {
        case agreed, paused, closed, alone, expected, copied, switched, opened, left, keysDestroyed, emptied
    }

    let tenants: TenantService
    let moves: TenantMoveService
    let notices: AgreementNoticeService
    let sealer: (any Sealer)?
    let wake: @Sendable (ShardID) -> Void
    let logger: Logger
    var limits = Limits()
    /// Called after each step.
    var after: @Sendable (Step) async throws -> Void = { _ in }

    struct Limits: Sendable {
        /// Between two looks whether what is in the way has gone.
        var interval = Duration.milliseconds(100)
        /// How long to wait for lanes in hand: longer than the longest lease.
        var lanes = Duration.seconds(60)
        /// How long to wait for transactions of others: longer than a statement and an idle transaction may last in a shard.
        var others = Duration.seconds(120)
        /// How long a tenant is held while what failed is tried again, in seconds.
        var patience: TimeInterval = 900
        /// Bytes that are read of a table before they are written, so that memory stays as it is.
        var portion = 8 << 20
    }

    var control: PostgresClient { tenants.control }

    /// Goes on with a move until it waits for somebody, or has ended.
    func run(_ known: TenantMove) async throws {
        do {
            while let move = try await control.query(TenantMoveStore.open(known.tenant)).first.map(
                TenantMoveStore.move),
                move.id == known.id, try await advance(move)
            {
                try Task.checkCancellation()
            }
        } catch is TenantCopy.Overtaken {
            return
        } catch {
            guard try await fail(known, error) else { throw error }
            try await run(known)
        }
    }

    /// - Returns: false when nothing is to be done now.
    private func advance(_ move: TenantMove) async throws -> Bool {
        if move.isUndone {
            try await undo(move)
            return false
        }
        switch move.state {
        case .waitingForNotice: return try await begin(move)
        case .holding: try await hold(move)
        case .copying: try await copy(move)
        case .switched: try await finish(move)
        case .done, .cancelled, .failed: return false
        }
        return true
    }

    /// One change of the move, from the state that it was seen in. The tenant is held too: nobody tells its regions anything meanwhile.
    func step<Value: Sendable>(
        _ move: TenantMove, _ body: @Sendable (Tenant, PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await control.transaction { tx in
            let tenant = try await TenantService.lock(move.tenant, tx)
            guard let row = try await tx.query(TenantMoveStore.lock(move.tenant, move.id)).first else {
                throw TenantCopy.Overtaken()
            }
            let now = try TenantMoveStore.move(row)
            guard now.state == move.state, now.isUndone == move.isUndone else { throw TenantCopy.Overtaken() }
            return try await body(tenant, tx)
        }
    }

    /// A mark of the move in a shard.
    /// - Throws: `.conflict` when it found nothing to mark: whoever has the move in hand finds its own marks.
    func mark(_ move: TenantMove, _ shard: ShardID, _ query: PostgresQuery) async throws {
        let worker = try tenants.directory.shard(shard).worker
        try await step(move) { _, _ in
            let rows = try await worker.transactionBatch(settings: asTenant(move.tenant), [query])[0]
            guard rows.affectedRows == 1 else {
                throw PlatformError(.conflict, "The shard \(shard) does not have the tenant as the move left it.")
            }
        }
    }

    func enter(
        _ action: String, _ move: TenantMove, before: JSON? = nil, after: JSON? = nil, _ tx: PostgresTransaction
    ) async throws {
        try await tenants.audit.enter(
            AuditRecord(action, .init("move", move.id), .system, before: before, after: after),
            in: .tenant(move.tenant), tx)
    }

    // MARK: - Beginning

    private func begin(_ move: TenantMove) async throws -> Bool {
        if ProcessingRule.isOver(try await tenants.find(move.tenant).state) {
            return try await moves.cancel(move, because: "terminated", .system)
        }
        switch try await notices.consent(to: move) {
        case .waiting: return false
        case .objected: return try await moves.cancel(move, because: "objection", .system)
        case .given:
            try await step(move) { _, tx in
                _ = try await tx.query(TenantMoveStore.enter(.holding, move))
                try await enter("move.begun", move, after: ["state": "holding"], tx)
            }
            try await after(.agreed)
            return true
        }
    }

    // MARK: - What fails

    /// Writes down why a move cannot go on, so that it is undone next.
    /// - Returns: false for what is tried again later, or what no longer can be undone.
    private func fail(_ known: TenantMove, _ error: any Error) async throws -> Bool {
        try await control.transaction { tx in
            guard let row = try await tx.query(TenantMoveStore.lock(known.tenant, known.id)).first else { return false }
            let move = try TenantMoveStore.move(row)
            guard [.holding, .copying].contains(move.state), !move.isUndone else { return false }
            let isLate = move.heldAt.map { $0.addingTimeInterval(limits.patience) < Date() } ?? false
            guard isLate || !Self.mayPass(error) else { return false }
            let sentence = String(Self.sentence(error).prefix(1000))
            _ = try await tx.query(TenantMoveStore.fail(move, sentence))
            try await enter("move.given_up", move, after: ["failure": .string(sentence)], tx)
            return true
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError: true
        case let error as PostgresError:
            error.isTransient || error.isSerializationConflict || error.sqlState == .lockNotAvailable
                || [.closed, .cancelled, .connectionLost].contains(error.code)
        case let error as PlatformError: error.code == .unavailable
        case let error as KeyStoreError: if case .unavailable = error { true } else { false }
        default: false
        }
    }

    /// Only errors whose description is made to hold no data are told.
    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as TenantCopy.Difference: error.sentence
        case let error as PlatformError: error.message
        case let error as PostgresError: "\(error)"
        case let error as KeyStoreError: "\(error)"
        default: "\(type(of: error))"
        }
    }
}
