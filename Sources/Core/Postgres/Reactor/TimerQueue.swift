struct TimerID: Hashable, Sendable {
    fileprivate let rawValue: UInt64
}

/// Timers in the order of their deadlines: a binary heap, and the set of those still wanted.
struct TimerQueue: Sendable {
    private struct Timer: Sendable {
        let deadline: ContinuousClock.Instant
        let id: TimerID
    }

    private var heap: [Timer] = []
    private var bodies: [TimerID: @Sendable () -> Void] = [:]
    private var nextID: UInt64 = 1

    /// The earliest deadline. One of a timer removed since may still be named; waking for it does no harm.
    var next: ContinuousClock.Instant? { heap.first?.deadline }

    mutating func add(_ deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> TimerID {
        let id = TimerID(rawValue: nextID)
        nextID += 1
        bodies[id] = body
        heap.append(Timer(deadline: deadline, id: id))
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
        return id
    }

    mutating func remove(_ id: TimerID) {
        bodies[id] = nil
        while let first = heap.first, bodies[first.id] == nil { _ = popFirst() }
        if heap.count > 2 * bodies.count + 64 { rebuild() }
    }

    /// What the heap holds, removed timers among it.
    var storedCount: Int { heap.count }

    /// Without the timers that were removed: most are, long before their deadline. A sorted array is a heap.
    private mutating func rebuild() {
        heap = heap.filter { bodies[$0.id] != nil }.sorted { $0.deadline < $1.deadline }
    }

    mutating func takeDue(_ now: ContinuousClock.Instant) -> [@Sendable () -> Void] {
        var due: [@Sendable () -> Void] = []
        while let first = heap.first, first.deadline <= now {
            let timer = popFirst()
            if let body = bodies.removeValue(forKey: timer.id) { due.append(body) }
        }
        return due
    }

    private mutating func popFirst() -> Timer {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
