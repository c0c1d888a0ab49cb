/// Where a listing goes on: opaque to callers, stable while rows are added.
public struct PageRequest: Sendable {
    /// What `Page.next` of the page before said; nil for the first page.
    public var cursor: String?
    /// How many at most; 1 to 200.
    public var limit: Int

    public static let maximumLimit = 200

    public init(cursor: String? = nil, limit: Int = 50) {
        self.cursor = cursor
        self.limit = limit
    }
}

public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// The cursor of the next page; nil on the last.
    public var next: String?

    public init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }

    public func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), next: next)
    }
}
