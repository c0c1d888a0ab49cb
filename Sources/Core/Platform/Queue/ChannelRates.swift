import Synchronization

/// Keeps each channel within the messenger's rate: 80 messages a second for a WhatsApp number unless Meta raised it (Cloud API,
/// "throughput"). Spaces sends evenly instead of letting them burst and be refused.
final class ChannelRates: Sendable {
    private let interval: Duration
    private let next = Mutex<[ChannelID: ContinuousClock.Instant]>([:])

    init(perSecond: Int = 80) {
        interval = .seconds(1) / max(perSecond, 1)
    }

    /// Returns when the channel may send its next message; at once when the task is cancelled.
    func waitForTurn(channel: ChannelID) async {
        let now = ContinuousClock.now
        let at = next.withLock { next in
            let at = max(next[channel] ?? now, now)
            next[channel] = at + interval
            return at
        }
        if at > now { try? await Task.sleep(until: at) }
    }
}
