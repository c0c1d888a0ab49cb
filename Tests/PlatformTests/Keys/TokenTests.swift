import Testing

@testable import Platform

@Suite struct TokenTests {
    /// Made outside with Python's zlib: 32 zero bytes, the bytes 0 to 31, 32 bytes of 255, for each kind.
    @Test(
        arguments: [
            "obk_00000000000000000000000000000000000000000000VIpHp",
            "obk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "obk_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp13Dxacn",
            "oba_00000000000000000000000000000000000000000002qAa39",
            "oba_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3KndR5",
            "oba_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10tEe5T",
        ])
    func `a well-formed token is taken`(text: String) throws {
        let token = try #require(APIToken(text))
        #expect(token.kind == (text.hasPrefix("oba_") ? .admin : .tenant))
        #expect(token.text.revealed == text)
        #expect(token.prefix == String(text.prefix(12)))
    }

    @Test(
        arguments: [
            "", "obk_", "obk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG",
            "obk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG90",
            " bk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "obk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBGA",
            "obx_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "oba_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "OBK_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "obk_003aUlTJC7tjlCTQ-2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
            "obk_003aUlTJC7tjlCTQéuNU3MFagCXG9LRKRcwGkBIDlf0zzBG9",
        ])
    func `what is not a token is refused before anyone looks it up`(text: String) {
        #expect(APIToken(text) == nil)
    }

    @Test func `any one character exchanged breaks the checksum`() {
        let token = Array(APIToken.generate().text.revealed)
        for place in token.indices {
            var altered = token
            altered[place] = altered[place] == "7" ? "8" : "7"
            #expect(APIToken(String(altered)) == nil, "character \(place)")
        }
    }

    @Test(arguments: APIToken.Kind.allCases)
    func `generated tokens are well-formed and never the same`(kind: APIToken.Kind) throws {
        let tokens = (0..<200).map { _ in APIToken.generate(kind) }
        #expect(Set(tokens.map(\.hash)).count == tokens.count)
        for token in tokens {
            #expect(token.text.revealed.utf8.count == APIToken.length)
            #expect(try #require(APIToken(token.text.revealed)).kind == kind)
        }
    }

    @Test func `the hash is SHA-256 of the whole text`() throws {
        let token = try #require(APIToken("obk_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0zzBG9"))
        let hex = token.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(hex == "282765ee046e2ff561ca5217c7f207fc1e991f01c31036e465f171650ebafaad")
    }

    @Test func `a token shows its prefix alone`() {
        let token = APIToken.generate()
        #expect("\(token)" == token.prefix + "…")
        #expect(!String(reflecting: token).contains(token.text.revealed.dropFirst(12)))
    }

    @Test(
        arguments: [
            ([], [], true), ([1], [1], true), ([1, 2], [1, 3], false), ([0, 2], [1, 2], false), ([1], [1, 0], false),
            ([], [0], false), ([0x80], [0], false),
        ] as [([UInt8], [UInt8], Bool)])
    func `constant-time comparison compares`(left: [UInt8], right: [UInt8], same: Bool) {
        #expect(ConstantTime.equal(left, right) == same)
    }
}
