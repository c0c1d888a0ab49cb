import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct SealingTests {
    let key = DataKey.generate()
    let tenant = TenantID.generate()
    let row = UUID()

    private var here: SealContext { SealContext(table: "contact", column: "name", row: row, tenant: tenant) }

    @Test(arguments: [0, 1, 15, 16, 17, 1000, 70_000])
    func `what was sealed opens to the same bytes, and is longer by the overhead alone`(count: Int) throws {
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try key.seal(plaintext, here)
        #expect(sealed.count == count + 46)
        #expect(Array(sealed[..<2]) == [1, 1])
        #expect(try DataKey.keyID(of: sealed) == key.id)
        #expect(try key.open(sealed, here) == plaintext)
    }

    @Test func `sealing the same twice gives two ciphertexts`() throws {
        #expect(try key.seal([1, 2, 3], here) != key.seal([1, 2, 3], here))
    }

    @Test func `a ciphertext put elsewhere does not open`() throws {
        let sealed = try key.seal([1, 2, 3], here)
        let elsewhere: [(String, SealContext)] = [
            ("table", SealContext(table: "message", column: "name", row: row, tenant: tenant)),
            ("column", SealContext(table: "contact", column: "note", row: row, tenant: tenant)),
            ("row", SealContext(table: "contact", column: "name", row: UUID(), tenant: tenant)),
            ("tenant", SealContext(table: "contact", column: "name", row: row, tenant: .generate())),
            ("table and column exchanged", SealContext(table: "name", column: "contact", row: row, tenant: tenant)),
            (
                "the border of table and column moved",
                SealContext(table: "contac", column: "tname", row: row, tenant: tenant)
            ),
            (
                "row and tenant exchanged",
                SealContext(table: "contact", column: "name", row: tenant, tenant: TenantID(row))
            ),
        ]
        for (what, context) in elsewhere {
            #expect(throws: SealError.refused, "\(what)") { try key.open(sealed, context) }
        }
    }

    @Test func `one flipped bit in any byte is noticed`() throws {
        let sealed = try key.seal(Array("Grüße".utf8), here)
        for place in sealed.indices {
            var altered = sealed
            altered[place] ^= 0x10
            #expect(throws: SealError.self, "byte \(place)") { try key.open(altered, here) }
        }
    }

    @Test func `another key says which one is wanted`() throws {
        let other = DataKey.generate()
        let sealed = try key.seal([1], here)
        #expect(throws: SealError.wrongKey(expected: other.id, found: key.id)) { try other.open(sealed, here) }
    }

    @Test func `another secret under the same id is refused`() throws {
        let impostor = DataKey(id: key.id, secret: DataKey.generate().secret)
        let sealed = try key.seal([1], here)
        #expect(throws: SealError.refused) { try impostor.open(sealed, here) }
    }

    @Test func `the key id is authenticated, not merely compared`() throws {
        let renamed = DataKey(id: UUID(), secret: key.secret)
        var sealed = try key.seal([1], here)
        sealed.replaceSubrange(2..<18, with: withUnsafeBytes(of: renamed.id.uuid) { Array($0) })
        #expect(throws: SealError.refused) { try renamed.open(sealed, here) }
    }

    @Test(arguments: [0, 1, 18, 45])
    func `what is too short is malformed`(count: Int) {
        #expect(throws: SealError.malformed) { try key.open([UInt8](repeating: 1, count: count), here) }
    }

    @Test(arguments: [0, 1])
    func `an unknown version or algorithm is malformed`(place: Int) throws {
        var sealed = try key.seal([1], here)
        sealed[place] = 2
        #expect(throws: SealError.malformed) { try key.open(sealed, here) }
    }

    @Test(arguments: [0, 16, 24, 31, 33])
    func `a key that is not of 256 bits seals and opens nothing`(count: Int) throws {
        let short = DataKey(id: key.id, secret: Secret([UInt8](repeating: 7, count: count)))
        let sealed = try key.seal([1], here)
        #expect(throws: SealError.refused) { try short.seal([1], here) }
        #expect(throws: SealError.refused) { try short.open(sealed, here) }
    }

    @Test func `a key made again from its id and secret opens what the first sealed`() throws {
        let sealed = try key.seal([4, 2], here)
        #expect(key.secret.revealed.count == 32)
        #expect(try DataKey(id: key.id, secret: key.secret).open(sealed, here) == [4, 2])
    }

    @Test func `no description or reflection shows a secret`() {
        let index = BlindIndexKey.generate()
        for text in [
            String(reflecting: key), "\(key)", "\(key.secret)", String(reflecting: index),
            "\(TenantKeys(tenant: tenant, data: key, index: index))",
        ] {
            #expect(!text.contains("SymmetricKey"), "\(text)")
            #expect(!text.contains("\(key.secret.revealed)"))
        }
    }
}
