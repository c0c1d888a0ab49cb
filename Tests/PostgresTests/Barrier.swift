import Synchronization

/// Nobody passes until `count` have come; who comes later passes at once.
///
/// Cancelling one who waits lets all pass, so that a failing test ends instead of waiting for ever.
final class Barrier: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(missing: count))
    }

    func pass() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                resume { state in
                    state.missing -= 1
                    state.waiting.append(continuation)
                }
            }
        } onCancel: {
            resume { $0.missing = 0 }
        }
    }

    private func resume(_ change: (inout State) -> Void) {
        let passing = state.withLock { state in
            change(&state)
            guard state.missing <= 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in passing { continuation.resume() }
    }
}
