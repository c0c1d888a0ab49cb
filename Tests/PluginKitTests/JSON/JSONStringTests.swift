import PluginKit
import Testing

@Suite struct JSONStringTests {
    static let escapes: [(String, String)] = [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{C}"), (#"\n"#, "\n"),
        (#"\r"#, "\r"), (#"\t"#, "\t"),
        (#"\u0041"#, "A"), (#"\u00e4"#, "ä"), (#"\u00E4"#, "ä"), (#"\u20ac"#, "€"), (#"\uffff"#, "\u{FFFF}"),
        (#"\u0000"#, "\u{0}"),
        (#"\u001f"#, "\u{1F}"), (#"\ud83d\ude00"#, "😀"), (#"\uD83D\uDE00"#, "😀"), (#"\ud800\udc00"#, "\u{10000}"),
        (#"\udbff\udfff"#, "\u{10FFFF}"), (#"a\u0000b"#, "a\u{0}b"), (#"\\u0041"#, #"\u0041"#), (#"ä\n€"#, "ä\n€"),
        (#"\"\\\""#, #""\""#),
    ]

    @Test(arguments: escapes)
    func `an escape becomes what it stands for, in values and names`(escaped: String, text: String) throws {
        #expect(try JSON(parsing: "\"\(escaped)\"") == .string(text))
        #expect(try JSON(parsing: "{\"\(escaped)\":1}").object?.members.map(\.name) == [text])
    }

    /// Half an emoji, as a client that cuts texts by UTF-16 units sends it.
    static let lone: [(String, String)] = [
        (#"\ud83d"#, "\u{FFFD}"), (#"\ude00"#, "\u{FFFD}"), (#"a\ud83d"#, "a\u{FFFD}"), (#"\ud83db"#, "\u{FFFD}b"),
        (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}"), (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ud83d\n"#, "\u{FFFD}\n"),
        (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\ud83d\\"#, "\u{FFFD}\\"),
    ]

    @Test(arguments: lone)
    func `a lone surrogate becomes U+FFFD, and what stands beside it stays`(escaped: String, text: String) throws {
        #expect(try JSON(parsing: "\"\(escaped)\"") == .string(text))
    }

    @Test(arguments: [
        #"\x41"#, #"\a"#, #"\0"#, #"\'"#, #"\U0041"#, #"\u"#, #"\u004"#, #"\u004g"#, #"\u+041"#, #"\u 041"#, #"\uÄÄ"#,
        #"\ "#, #"\ud83d\u"#,
        #"\ud83d\u12"#, #"\ud83d\uzzzz"#,
    ])
    func `an escape that JSON does not know is refused`(escaped: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: "\"\(escaped)\"") }
        #expect(throws: JSONError.self) { try JSON(parsing: "\"\(escaped)") }
    }

    static let badUTF8: [(String, [UInt8])] = [
        ("a lone continuation", [0x80]), ("a byte of no meaning", [0xFF]), ("C0 80, NUL in disguise", [0xC0, 0x80]),
        ("an overlong slash", [0xE0, 0x80, 0xAF]), ("cut after one", [0xC3]), ("cut after two", [0xE2, 0x82]),
        ("cut after three", [0xF0, 0x9F, 0x98]), ("a surrogate", [0xED, 0xA0, 0xBD]),
        ("beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80]),
        ("Latin-1", [0x47, 0x72, 0xFC, 0xDF, 0x65]), ("UTF-16's mark", [0xFE, 0xFF]),
    ]

    @Test(arguments: badUTF8)
    func `bytes that are not UTF-8 are refused, beside escapes too`(name: String, bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        for document in [[quote] + bytes + [quote], [quote] + Array(#"\n"#.utf8) + bytes + [quote]] {
            do {
                _ = try JSON(parsing: document)
                Issue.record("taken")
            } catch {
                #expect(error.reason == .badUTF8)
            }
        }
        #expect(throws: JSONError.self) { try JSON(parsing: bytes) }
    }

    static let encoded: [(String, String)] = [
        ("", #""""#), ("a", #""a""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{C}\u{1F}", #""\u0000\u0008\u000c\u001f""#),
        ("ä€😀", #""ä€😀""#), ("\u{7F}\u{2028}", "\"\u{7F}\u{2028}\""),
    ]

    @Test(arguments: encoded)
    func `text is written with the escapes that JSON wants and no others`(text: String, expected: String) throws {
        #expect(JSON.string(text).text == expected)
        #expect(JSON.object(JSONObject([(text, .null)])).text == "{\(expected):null}")
        #expect(try JSON(parsing: expected) == .string(text))
    }

    @Test func `no control character is ever written as it is`() {
        let all = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar($0) }))
        #expect(JSON.string(all).encoded().allSatisfy { $0 >= 0x20 })
    }
}
