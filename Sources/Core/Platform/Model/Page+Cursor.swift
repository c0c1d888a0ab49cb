import PluginKit

import struct Foundation.Data
import struct Foundation.UUID
import typealias Foundation.uuid_t

// Ids grow with time, so the last id of a page is where the next begins, whatever is added meanwhile.
extension PageRequest {
    /// - Throws: `PlatformError.invalid` for a cursor that no page gave out.
    func position() throws -> UUID? {
        guard (1...Self.maximumLimit).contains(limit) else {
            throw PlatformError.invalid("limit", "give a number from 1 to \(Self.maximumLimit)")
        }
        guard let cursor else { return nil }
        guard let bytes = Data(base64Encoded: cursor), bytes.count == 16 else { throw Self.badCursor }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    static let badCursor = PlatformError.invalid("cursor", "give the next_cursor of the page before, unchanged")

    /// The position in a listing that is ordered by something else than ids: what `cut(_:at:)` was told of the page's last item.
    /// - Throws: `PlatformError.invalid` for a cursor that no page gave out.
    func parts(_ count: Int) throws -> [String]? {
        guard (1...Self.maximumLimit).contains(limit) else {
            throw PlatformError.invalid("limit", "give a number from 1 to \(Self.maximumLimit)")
        }
        guard let cursor else { return nil }
        guard let bytes = Data(base64Encoded: cursor), let json = try? JSON(parsing: Array(bytes)),
            let parts = json.array?.compactMap(\.string), parts.count == count,
            !parts.contains(where: { $0.utf8.contains(0) })
        else { throw Self.badCursor }
        return parts
    }

    /// Cuts off the one item that was fetched to see whether more follow.
    func cut<Item: Sendable>(_ items: [Item], at parts: (Item) -> [String]) -> Page<Item> {
        guard items.count > limit else { return Page(items: items, next: nil) }
        let kept = Array(items.prefix(limit))
        let next = kept.last.map { Data(JSON.array(parts($0).map { .string($0) }).encoded()).base64EncodedString() }
        return Page(items: kept, next: next)
    }

    /// Cuts off the one item that was fetched to see whether more follow.
    func cut<Item: Sendable>(_ items: [Item], by id: (Item) -> UUID) throws -> Page<Item> {
        guard items.count > limit else { return Page(items: items, next: nil) }
        let kept = Array(items.prefix(limit))
        let cursor = kept.last.map { last in
            withUnsafeBytes(of: id(last).uuid) { Data($0).base64EncodedString() }
        }
        return Page(items: kept, next: cursor)
    }
}

extension String {
    var trimmed: String {
        var slice = self[...]
        while let first = slice.first, first.isWhitespace { slice = slice.dropFirst() }
        while let last = slice.last, last.isWhitespace { slice = slice.dropLast() }
        return String(slice)
    }
}
