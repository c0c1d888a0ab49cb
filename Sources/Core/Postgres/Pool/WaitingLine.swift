/// Those who wait, in order; leaving the line early costs no search.
struct WaitingLine: Sendable {
    private var line: [(id: UInt64, deadline: ContinuousClock.Instant)] = []
    private var head = 0
    private var present: Set<UInt64> = []

    var count: Int { present.count }
    var isEmpty: Bool { present.isEmpty }

    /// All wait equally long, so the first in line is the first to expire.
    var firstDeadline: ContinuousClock.Instant? {
        line[head...].first { present.contains($0.id) }?.deadline
    }

    mutating func append(_ id: UInt64, deadline: ContinuousClock.Instant) {
        line.append((id, deadline))
        present.insert(id)
    }

    mutating func remove(_ id: UInt64) -> Bool {
        present.remove(id) != nil
    }

    mutating func popFirst() -> UInt64? {
        while head < line.count {
            let id = line[head].id
            head += 1
            if head > 64, head * 2 > line.count {
                line.removeFirst(head)
                head = 0
            }
            if present.remove(id) != nil { return id }
        }
        return nil
    }

    mutating func removeExpired(_ now: ContinuousClock.Instant) -> [UInt64] {
        var expired: [UInt64] = []
        while let first = firstDeadline, first <= now, let id = popFirst() { expired.append(id) }
        return expired
    }

    mutating func removeAll() -> [UInt64] {
        var all: [UInt64] = []
        while let id = popFirst() { all.append(id) }
        return all
    }
}
