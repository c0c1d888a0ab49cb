import Metrics
import Synchronization

/// The counters of one name, one for each combination of labels. The values of labels must come from fixed sets: never a tenant's, a
/// person's or a message's.
final class CounterFamily: Sendable {
    private let name: String
    private let labels: [String]
    private let counters = Mutex<[[String]: Counter]>([:])

    init(_ name: String, labels: [String]) {
        self.name = name
        self.labels = labels
    }

    func add(_ amount: Int = 1, _ values: [String]) {
        guard amount > 0 else { return }
        let counter = counters.withLock { counters in
            if let known = counters[values] { return known }
            let new = Counter(label: name, dimensions: Array(zip(labels, values)))
            counters[values] = new
            return new
        }
        counter.increment(by: amount)
    }
}
