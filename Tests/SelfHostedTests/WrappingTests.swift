import Foundation
import PluginKit
import Testing

@testable import SelfHosted

@Suite struct WrappingTests {
    let folder: TemporaryFolder
    let keys: KeyFile
    static let key = Secret([UInt8](0..<32))
    static let context = Array("tenant/1".utf8)

    init() throws {
        folder = try TemporaryFolder()
        keys = try KeyFile.open(path: "\(folder.path)/key.json", owner: "eu-central", firstStart: true)
    }

    private func unwrap(_ wrapped: [UInt8], keyID: String? = nil, context: [UInt8] = context) async throws -> Secret<
        [UInt8]
    > {
        try await keys.unwrap(wrapped, keyID: keyID ?? keys.currentKeyID, context: context)
    }

    @Test func `a wrapped key opens with its context, and is never wrapped the same twice`() async throws {
        let wrapped = try await keys.wrap(Self.key, context: Self.context)
        // Version byte, nonce of 12, ciphertext of 32, tag of 16.
        #expect(wrapped.count == 61)
        #expect(wrapped.first == 1)
        #expect(try await unwrap(wrapped) == Self.key)
        #expect(try await keys.wrap(Self.key, context: Self.context) != wrapped)
    }

    @Test func `it opens with no other context`() async throws {
        let wrapped = try await keys.wrap(Self.key, context: Self.context)
        for context in [
            [], Array("tenant/2".utf8), Self.context + [0], Array(Self.context.dropLast()), [1] + Self.context,
        ] {
            await #expect(throws: KeyStoreError.refused) { try await unwrap(wrapped, context: context) }
        }
    }

    @Test func `one flipped bit, a cut and an addition are noticed`() async throws {
        let wrapped = try await keys.wrap(Self.key, context: Self.context)
        for place in wrapped.indices {
            for bit in 0..<8 {
                var changed = wrapped
                changed[place] ^= 1 << UInt8(bit)
                await #expect(throws: KeyStoreError.refused, "byte \(place), bit \(bit)") { try await unwrap(changed) }
            }
        }
        for count in wrapped.indices {
            await #expect(throws: KeyStoreError.refused) { try await unwrap(Array(wrapped[..<count])) }
        }
        await #expect(throws: KeyStoreError.refused) { try await unwrap(wrapped + [0]) }
    }

    @Test func `a key id that the file does not hold is named`() async throws {
        let wrapped = try await keys.wrap(Self.key, context: Self.context)
        await #expect(throws: KeyStoreError.unknownKey(id: "eu-central-2")) {
            try await unwrap(wrapped, keyID: "eu-central-2")
        }
    }

    @Test func `another region's key does not open it`() async throws {
        let wrapped = try await keys.wrap(Self.key, context: Self.context)
        let other = try KeyFile.open(path: "\(folder.path)/other.json", owner: "eu-central", firstStart: true)
        await #expect(throws: KeyStoreError.refused) {
            try await other.unwrap(wrapped, keyID: other.currentKeyID, context: Self.context)
        }
    }

    @Test func `no description shows the key-encryption key`() throws {
        let document = try JSON(parsing: folder.bytes("key.json"))
        let secret = try #require(document["keys"]?.array?.first?["secret"]?.string)
        let bytes = try #require(Data(base64Encoded: secret))
        let region = SelfHostedRegion(
            id: "eu-central", jurisdiction: Jurisdiction(country: "DE", place: "", operator: ""), shards: [],
            folder: folder.path, keys: keys)
        var dumped = ""
        dump(keys, to: &dumped)
        dump(region, to: &dumped)
        let raw = bytes.map(String.init).joined(separator: ", ")
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        for text in ["\(keys)", String(reflecting: keys), "\(region)", String(reflecting: region), dumped] {
            #expect(!text.contains(secret) && !text.contains(raw) && !text.contains(hex), "\(text)")
        }
    }
}
