import PluginKit

import class Foundation.JSONDecoder
import class Foundation.JSONEncoder
import struct Foundation.UUID

/// Seals values under the control plane's own key, each to its place.
struct ControlSeal: Sendable {
    let key: DataKey

    func seal(_ bytes: [UInt8], _ context: SealContext) throws -> [UInt8] { try key.seal(bytes, context) }

    func open(_ sealed: [UInt8], _ context: SealContext) throws -> [UInt8] { try key.open(sealed, context) }

    /// As JSON, members sorted: equal values have equal bytes before sealing.
    func seal(_ value: some Encodable, _ context: SealContext) throws -> [UInt8] {
        try key.seal(Array(try Self.encode(value)), context)
    }

    func open<Value: Decodable>(_ type: Value.Type, _ sealed: [UInt8], _ context: SealContext) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: .init(try key.open(sealed, context)))
    }

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Array(try encoder.encode(value))
    }
}
