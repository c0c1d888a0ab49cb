import Postgres
import Synchronization

import struct Foundation.Date

/// Remembers for a moment whose a token is, so that a request costs no query.
///
/// Callers with the same token who come while it is being looked up share that one look-up. When a key is revoked or removed, look-ups under way
/// count only for those who asked before: what they find is neither remembered nor given to anyone who asks later.
final class CallerCache: Sendable {
    struct Entry: Sendable {
        var caller: Caller
        var expiresAt: Date?
        /// Until when it is remembered.
        var until: ContinuousClock.Instant

        func isGood(at now: ContinuousClock.Instant, _ date: Date) -> Bool {
            until > now && expiresAt.map { $0 > date } != false
        }
    }

    /// SHA-256 of a token.
    typealias Hash = [UInt8]
    typealias Answer = Result<Entry, any Error>

    private static let capacity = 10_000

    private struct State {
        var entries: [Hash: Entry] = [:]
        var lookups: [Hash: Lookup] = [:]
    }

    private let state = Mutex(State())

    private enum Turn {
        case known(Entry)
        case lead(Lookup)
        case follow(Lookup)
    }

    /// - Parameter look: finds the entry; throws when there is none.
    func caller(_ hash: Hash, look: () async throws -> Entry) async throws -> Caller {
        while true {
            switch turn(hash) {
            case .known(let entry): return entry.caller
            case .lead(let lookup):
                let answer: Answer
                do {
                    answer = .success(try await look())
                } catch {
                    answer = .failure(error)
                }
                finish(lookup, hash, answer)
                return try answer.get().caller
            case .follow(let lookup):
                let answer = await lookup.answer()
                // Whoever led was cancelled; that is no answer to us.
                if case .failure(let error) = answer, Self.isCancellation(error) {
                    try Task.checkCancellation()
                    continue
                }
                return try answer.get().caller
            }
        }
    }

    private static func isCancellation(_ error: any Error) -> Bool {
        error is CancellationError || (error as? PostgresError)?.code == .cancelled
    }

    private func turn(_ hash: Hash) -> Turn {
        state.withLock { state in
            if let entry = state.entries[hash], entry.isGood(at: .now, Date()) { return .known(entry) }
            if let lookup = state.lookups[hash] { return .follow(lookup) }
            let lookup = Lookup()
            state.lookups[hash] = lookup
            return .lead(lookup)
        }
    }

    private func finish(_ lookup: Lookup, _ hash: Hash, _ answer: Answer) {
        state.withLock { state in
            // Forgotten meanwhile: a key was revoked, perhaps this one.
            guard state.lookups[hash] === lookup else { return }
            state.lookups[hash] = nil
            guard case .success(let entry) = answer else { return }
            if state.entries.count >= Self.capacity { state.entries = [:] }
            state.entries[hash] = entry
        }
        lookup.finish(answer)
    }

    /// Takes effect for everybody who asks from now on.
    func forget(_ key: APIKeyID) { forget { $0.key == key } }

    /// The same of all keys of a tenant.
    func forget(of tenant: TenantID) { forget { $0.tenant == tenant } }

    private func forget(_ isGone: (Caller) -> Bool) {
        state.withLock { state in
            state.entries = state.entries.filter { !isGone($0.value.caller) }
            // Which key a look-up is for shows only in its answer.
            state.lookups = [:]
        }
    }
}

/// One look-up that several wait for.
private final class Lookup: Sendable {
    private struct State {
        var answer: CallerCache.Answer?
        var waiting: [CheckedContinuation<CallerCache.Answer, Never>] = []
    }

    private let state = Mutex(State())

    func answer() async -> CallerCache.Answer {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state in
                if state.answer == nil { state.waiting.append(continuation) }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func finish(_ answer: CallerCache.Answer) {
        let waiting = state.withLock { state in
            state.answer = answer
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }
}
