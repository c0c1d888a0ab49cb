import DequeModule

/// Those who wait, in one line for each tenant; served in turns, so that one tenant's flood is not in another's way. Within a tenant,
/// first come, first served.
struct FairLine<Waiting> {
    private struct Place {
        var waiting: Waiting
        var weight: Int
    }

    /// How many of one tenant may wait, and how many in all.
    let tenantLimit: Int
    let limit: Int

    private var lines: [TenantID: Deque<Place>] = [:]
    private var turns: Deque<TenantID> = []
    private(set) var count = 0

    init(tenantLimit: Int, limit: Int) {
        self.tenantLimit = tenantLimit
        self.limit = limit
    }

    var isEmpty: Bool { count == 0 }

    /// - Returns: false when the line is full.
    mutating func add(_ waiting: Waiting, of tenant: TenantID, weight: Int) -> Bool {
        guard count < limit, lines[tenant]?.count ?? 0 < tenantLimit else { return false }
        if lines[tenant] == nil { turns.append(tenant) }
        lines[tenant, default: []].append(Place(waiting: waiting, weight: weight))
        count += 1
        return true
    }

    /// The next ones, each tenant's first before any tenant's second, up to a weight; at least one.
    mutating func take(upTo weight: Int) -> [Waiting] {
        var taken: [Waiting] = []
        var total = 0
        while let tenant = turns.first, let next = lines[tenant]?.first, taken.isEmpty || total + next.weight <= weight
        {
            taken.append(next.waiting)
            total += next.weight
            count -= 1
            turns.removeFirst()
            lines[tenant]?.removeFirst()
            if lines[tenant]?.isEmpty == true { lines[tenant] = nil } else { turns.append(tenant) }
        }
        return taken
    }
}
