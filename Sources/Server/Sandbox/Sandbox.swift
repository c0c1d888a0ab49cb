internal import Foundation
internal import PluginKit
internal import Synchronization

/// The state behind one lock, its journal, and the signal that webhooks wait.
final class Sandbox: Sendable {
    /// Numbers whose webhooks want a courier. For one consumer.
    let queuesToDrain: AsyncStream<String>
    private let signals: AsyncStream<String>.Continuation
    private let state: Mutex<SandboxState>
    private let journal: Journal?

    /// - Parameter journalFile: replayed and compacted before anything else. Blocks.
    init(journalFile: String?) throws {
        var restored = SandboxState()
        if let journalFile {
            journal = try Journal.open(journalFile) { old in
                for line in old.split(separator: 0x0A) {
                    if let record = SandboxRecord(line: line) { restored.apply(record) }
                }
                return restored.snapshot.flatMap(\.line)
            }
        } else {
            journal = nil
        }
        (queuesToDrain, signals) = AsyncStream.makeStream()
        for id in restored.claimIdleQueues() { signals.yield(id) }
        state = Mutex(restored)
    }

    /// Milliseconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// Changes the state; returns when the change is written down.
    /// - Parameter body: gets the state and the time.
    func change<Outcome: Sendable>(
        _ body: @Sendable (inout SandboxState, Int) throws(GraphError) -> Outcome
    ) async throws(GraphError) -> Outcome {
        let (result, mark) = transaction(body)
        if let mark, let journal {
            do {
                try await journal.flush(upTo: mark)
            } catch {
                throw GraphError(131000, details: "\(error)")
            }
        }
        return try result.get()
    }

    func look<Outcome: Sendable, Failure: Error>(
        _ body: (borrowing SandboxState) throws(Failure) -> Outcome
    ) throws(Failure) -> Outcome {
        try state.withLock { (state) throws(Failure) -> Outcome in try body(state) }
    }

    private func transaction<Outcome: Sendable>(
        _ body: @Sendable (inout SandboxState, Int) throws(GraphError) -> Outcome
    ) -> (Result<Outcome, GraphError>, Int?) {
        let now = Self.now
        return state.withLock { state in
            let result: Result<Outcome, GraphError>
            do throws(GraphError) {
                result = .success(try body(&state, now))
            } catch {
                result = .failure(error)
            }
            guard !state.journalLines.isEmpty else { return (result, nil) }
            // Handed over under the lock: the journal's order is the order of the changes.
            let mark = journal?.append(state.journalLines)
            state.journalLines.removeAll(keepingCapacity: true)
            for id in state.claimIdleQueues() { signals.yield(id) }
            return (result, mark)
        }
    }
}

/// What couriers ask. Losing a "done" to a kill only means a webhook comes twice, so nobody waits for it to be written.
extension Sandbox {
    func nextParcel(_ numberID: String) -> SandboxState.Parcel? {
        state.withLock { $0.nextParcel(numberID, now: Self.now) }
    }

    func finish(_ parcel: SandboxState.Parcel, isDelivered: Bool) {
        _ = transaction { state, _ throws(GraphError) in state.finish(parcel, isDelivered: isDelivered) }
    }

    func countRetry() { state.withLock { $0.stats.webhooksRetried += 1 } }

    func callbackURL(of numberID: String) -> String? { state.withLock { $0.numbers[numberID]?.callbackURL } }

    /// The same parcel for where its number's webhooks go now; nil when it is too old (and given up), when nobody is
    /// subscribed now (and it waits), or when it was forgotten meanwhile.
    func renewed(_ parcel: SandboxState.Parcel) -> SandboxState.Parcel? {
        guard Self.now - parcel.oldest < SandboxState.lifetime else {
            finish(parcel, isDelivered: false)
            return nil
        }
        return state.withLock { state in
            guard let number = state.numbers[parcel.numberID], let url = number.callbackURL,
                state.queues[parcel.numberID]?.first?.sequence == parcel.sequences.first
            else { return nil }
            var current = parcel
            current.url = url
            current.appSecret = number.appSecret
            return current
        }
    }

    func countRefusal() { state.withLock { $0.stats.sendsRefused += 1 } }
}
