public import PluginKit

public import struct Foundation.Data
public import struct Foundation.Date

/// What a page carries from one request to the next, so that nothing is kept here of somebody who has not agreed.
extension PublicSourceService {
    /// Bytes of a state as JSON.
    static let stateLimit = 32_768

    /// Seals a page's state: readable here alone, and only for the same set-up in the same version, as what was shown belongs to that.
    /// - Throws: `.invalid` for a state that is too large.
    public func seal(_ state: JSON, for source: PublicSource, until end: Date) async throws -> String {
        let kept: JSON = [
            "state": state, "until": .string(end.rfc3339), "version": .number(String(source.setup.version)),
        ]
        let bytes = kept.encoded()
        guard bytes.count <= Self.stateLimit else {
            throw PlatformError.invalid("state", "this dialogue has become too long; begin again")
        }
        let keys = try await directory.shard(source.shard).keys.keys(of: source.tenant)
        return Self.text(try keys.data.seal(bytes, Self.context(source)))
    }

    /// Opens what `seal` gave. Hostile input.
    /// - Returns: nil when it is none of ours, another set-up's or another version's, altered or too old.
    public func open(_ sealed: String, for source: PublicSource, at now: Date) async throws -> JSON? {
        guard sealed.utf8.count <= Self.stateLimit * 2, let bytes = Self.bytes(sealed) else { return nil }
        let keys = try await directory.shard(source.shard).keys.keys(of: source.tenant)
        guard let opened = try? keys.data.open(bytes, Self.context(source)), let kept = try? JSON(parsing: opened),
            kept["version"]?.int == source.setup.version,
            let end = kept["until"]?.string.flatMap({ Date(rfc3339: $0) }), now < end
        else { return nil }
        return kept["state"]
    }

    /// There is no such column: it stands in no row, and what stands in one does not open as it.
    private static func context(_ source: PublicSource) -> SealContext {
        SealContext(table: "consent_sources", column: "page_state", row: source.source.id, tenant: source.tenant)
    }

    /// base64url without padding (RFC 4648, 5).
    private static func text(_ bytes: [UInt8]) -> String {
        String(
            decoding: Data(bytes).base64EncodedData().compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                case UInt8(ascii: "="): nil
                default: byte
                }
            }, as: UTF8.self)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var plain = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            // The alphabet of the other kind is none of ours: one text, one state.
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): UInt8(ascii: "!")
            default: byte
            }
        }
        plain += Array(repeating: UInt8(ascii: "="), count: (4 - plain.count % 4) % 4)
        return Data(base64Encoded: Data(plain)).map(Array.init)
    }
}
