import Synchronization
import TestSupport

/// Every order of these.
func orders<Element>(of elements: [Element]) -> [[Element]] {
    guard !elements.isEmpty else { return [[]] }
    return elements.indices.flatMap { index in
        var rest = elements
        let first = rest.remove(at: index)
        return orders(of: rest).map { [first] + $0 }
    }
}

/// Choices that a seed repeats, for tasks that draw side by side.
final class Dice: Sendable {
    private let random: Mutex<SeededGenerator>

    init(_ seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }

    func pick<Value>(_ values: [Value]) -> Value {
        values[random.withLock { Int.random(in: 0..<values.count, using: &$0) }]
    }
}
