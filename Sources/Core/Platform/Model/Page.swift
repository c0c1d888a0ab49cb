/// Where a listing goes on: opaque to callers, stable while rows are added.
public struct PageRequest: Sendable {
    /// What `Page.next` of the page before said; nil for the first page.
    public var cursor: String?
    /// How many at most; 1 to 200.
    public var limit: Int

    /// Which listing it is, with its filters: a cursor fits the one that gave it out and no other.
    public var listing: String

    public static let maximumLimit = 200

    public init(cursor: String? = nil, limit: Int = 50, listing: String = "") {
        self.cursor = cursor
        self.limit = limit
        self.listing = listing
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
