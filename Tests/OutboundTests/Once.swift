import Synchronization

/// True for the first who asks.
final class Once: Sendable {
    private let isTaken = Mutex(false)

    var isFree: Bool { isTaken.withLock { !$0 } }

    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
