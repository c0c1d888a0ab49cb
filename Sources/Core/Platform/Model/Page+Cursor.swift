import Crypto
import PluginKit

import struct Foundation.Data
import struct Foundation.UUID
import typealias Foundation.uuid_t

// Ids grow with time, so the last id of a page is where the next begins, whatever is added meanwhile.
//
// A cursor is base64url (RFC 4648, 5) of 6 bytes that name the listing, and of the position in it. It hides nothing: whoever makes
// one up reads nothing that the listing does not show.
extension PageRequest {
    /// - Throws: `PlatformError.invalid` for a cursor that no page of this listing gave out.
    func position() throws -> UUID? {
        guard let bytes = try bytes() else { return nil }
        guard bytes.count == 16 else { throw Self.badCursor }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The position in a listing that is ordered by something else than ids: what `cut(_:at:)` was told of the page's last item.
    /// - Throws: `PlatformError.invalid` for a cursor that no page of this listing gave out.
    func parts(_ count: Int) throws -> [String]? {
        guard let bytes = try bytes() else { return nil }
        guard let json = try? JSON(parsing: bytes), let parts = json.array?.compactMap(\.string), parts.count == count,
            !parts.contains(where: { $0.utf8.contains(0) })
        else { throw Self.badCursor }
        return parts
    }

    static let badCursor = PlatformError.invalid(
        "cursor", "give the next_cursor of the page before, unchanged, to the same listing with the same filters")

    /// Cuts off the one item that was fetched to see whether more follow.
    func cut<Item: Sendable>(_ items: [Item], at parts: (Item) -> [String]) -> Page<Item> {
        cut(items) { JSON.array(parts($0).map { .string($0) }).encoded() }
    }

    /// Cuts off the one item that was fetched to see whether more follow.
    func cut<Item: Sendable>(_ items: [Item], by id: (Item) -> UUID) throws -> Page<Item> {
        cut(items) { item in withUnsafeBytes(of: id(item).uuid) { Array($0) } }
    }

    private func cut<Item: Sendable>(_ items: [Item], position: (Item) -> [UInt8]) -> Page<Item> {
        guard items.count > limit else { return Page(items: items, next: nil) }
        let kept = Array(items.prefix(limit))
        return Page(items: kept, next: kept.last.map { Self.text(mark + position($0)) })
    }

    /// Names the listing and its filters.
    private var mark: [UInt8] { Array(SHA256.hash(data: Array(listing.utf8)).prefix(6)) }

    private func bytes() throws -> [UInt8]? {
        guard (1...Self.maximumLimit).contains(limit) else {
            throw PlatformError.invalid("limit", "give a number from 1 to \(Self.maximumLimit)")
        }
        guard let cursor else { return nil }
        guard let bytes = Self.bytes(cursor), bytes.starts(with: mark) else { throw Self.badCursor }
        return Array(bytes.dropFirst(mark.count))
    }

    private static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        // What is read must be what was written, to the letter.
        guard let data = Data(base64Encoded: standard + padding), Self.text(Array(data)) == text else { return nil }
        return Array(data)
    }
}

extension String {
    /// Without white space at its ends, scalar by scalar: an accent upon a blank is no white space.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
