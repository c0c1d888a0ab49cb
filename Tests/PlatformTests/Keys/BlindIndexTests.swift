import PluginKit
import Testing

@testable import Platform

@Suite struct BlindIndexTests {
    let key = BlindIndexKey(secret: Secret([UInt8](0..<32)))

    /// Computed with Python's hmac module: HMAC-SHA-256 of `00000005 "phone" 0000000c "+49301234567"`.
    @Test func `it is HMAC-SHA-256 over length-prefixed domain and value, halved`() {
        let index = key.index("phone", "+49301234567")
        #expect(
            index.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                == "172db59ddc7cefff2c1b647f04b54ce0")
    }

    @Test func `equal values meet, and nothing else does`() {
        let indexes = [
            key.index("phone", "49301"), key.index("phone", "49302"), key.index("email", "49301"),
            key.index("phone4", "9301"), key.index("", "phone49301"), key.index("phone49301", ""),
            BlindIndexKey.generate().index("phone", "49301"),
        ]
        #expect(key.index("phone", "49301") == indexes[0])
        #expect(Set(indexes).count == indexes.count)
        #expect(indexes.allSatisfy { $0.count == 16 })
    }

    @Test func `a key made again from its secret gives the same index`() {
        #expect(BlindIndexKey(secret: key.secret).index("a", "b") == key.index("a", "b"))
    }
}
