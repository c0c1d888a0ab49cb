import Synchronization

/// Counts across tasks.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// - Returns: The count with this one.
    func add() -> Int {
        count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }
}
