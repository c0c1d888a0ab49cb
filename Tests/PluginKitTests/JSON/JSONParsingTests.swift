import PluginKit
import Testing

@Suite struct JSONParsingTests {
    static let accepted: [(String, JSON)] = [
        ("null", .null), ("true", true), ("false", false), ("0", 0), ("-0", .number("-0")), ("[]", []), ("{}", [:]),
        (#""""#, ""),
        (" \t\n\r[ \t\n\r] \t\n\r", []), ("[1,2]", [1, 2]), ("[ 1 , 2 ]", [1, 2]),
        (#"{"a":1,"b":[{}]}"#, ["a": 1, "b": [[:]]]),
        (#"{ "a" : 1 , "b" : null }"#, ["a": 1, "b": .null]), (#"{"":""}"#, ["": ""]), (#""ä€😀""#, "ä€😀"),
        (#""/""#, "/"),
        ("\"\u{7F}\u{80}\u{2028}\u{FEFF}\u{FFFF}\"", "\u{7F}\u{80}\u{2028}\u{FEFF}\u{FFFF}"), ("[[[[]]]]", [[[[]]]]),
    ]

    @Test(arguments: accepted)
    func `a document of RFC 8259 is read`(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
        #expect(try JSON(parsing: " \n\(text)\r\n") == value)
    }

    static let refused: [(String, JSONError.Reason, Int)] = [
        ("", .empty, 0), (" \n ", .empty, 3), ("\u{FEFF}{}", .unexpected, 0), ("x", .unexpected, 0),
        ("'a'", .unexpected, 0),
        ("nul", .unfinished, 0), ("nulL", .unexpected, 0), ("True", .unexpected, 0), ("NaN", .unexpected, 0),
        ("Infinity", .unexpected, 0), ("-Infinity", .badNumber, 1), ("undefined", .unexpected, 0),
        ("\u{A0}1", .unexpected, 0),
        ("1 2", .trailing, 2), ("{}{}", .trailing, 2), ("[]]", .trailing, 2), ("nullx", .trailing, 4),
        ("1\0", .trailing, 1),
        ("[", .unfinished, 1), ("[1", .unfinished, 2), ("[1,", .unfinished, 3), ("[1,]", .unexpected, 3),
        ("[,1]", .unexpected, 1),
        ("[1 2]", .unexpected, 3), ("[1;2]", .unexpected, 2), ("[1}", .unexpected, 2), ("]", .unexpected, 0),
        ("{", .unfinished, 1), (#"{"a""#, .unfinished, 4), (#"{"a":"#, .unfinished, 5), (#"{"a":1"#, .unfinished, 6),
        (#"{"a":1,"#, .unfinished, 7), (#"{"a":1,}"#, .unexpected, 7), ("{,}", .unexpected, 1),
        (#"{"a" 1}"#, .unexpected, 5),
        (#"{"a",1}"#, .unexpected, 4), ("{a:1}", .unexpected, 1), ("{1:1}", .unexpected, 1),
        (#"{"a":1 "b":2}"#, .unexpected, 7),
        (#"{"a"::1}"#, .unexpected, 5), (#"{"a":1]"#, .unexpected, 6), ("{null:1}", .unexpected, 1),
        ("/**/1", .unexpected, 0), ("1//", .trailing, 1), ("[1]/", .trailing, 3), ("#1", .unexpected, 0),
        ("\"a", .unfinished, 2), ("\"a\\", .unfinished, 3), ("\"a\nb\"", .unexpected, 2), ("\"a\tb\"", .unexpected, 2),
        ("\"a\0b\"", .unexpected, 2), ("\"\u{1F}\"", .unexpected, 1), ("\"\\\"\u{1}\"", .unexpected, 3),
    ]

    @Test(arguments: refused)
    func `what RFC 8259 does not know is refused, with its place`(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
        do {
            _ = try JSON(parsing: text)
        } catch {
            #expect(error.reason == reason)
            #expect(error.offset == offset)
        }
    }

    static let numbers = [
        "0", "-0", "7", "-7", "10", "1234567890", "9007199254740993", "-9223372036854775808", "9223372036854775808",
        "340282366920938463463374607431768211456", "0.5", "-0.0", "1.50", "52.520008", "1e5", "1E5", "1e+5", "1e-5",
        "0e0", "1.5E-10",
        "1e400", "0.10000000000000000555", "1" + String(repeating: "0", count: 5_000),
    ]

    @Test(arguments: numbers)
    func `a number keeps the text it was written with`(text: String) throws {
        #expect(try JSON(parsing: text) == .number(text))
        #expect(try JSON(parsing: "[\(text)]").text == "[\(text)]")
        #expect(try JSON(parsing: #"{"n":\#(text)}"#).text == #"{"n":\#(text)}"#)
    }

    @Test(arguments: [
        "-", "+1", ".5", "-.5", "1.", "1.e5", "1e", "1e+", "1E-", "01", "-01", "00", "0x10", "1_000", "1,5", "--1",
        "1-", "1e5.5", "0b1",
        "١", "1\u{301}",
    ])
    func `a number in another notation is none`(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(throws: JSONError.self) { try JSON(parsing: "{\"n\":\(text)}") }
    }

    @Test(arguments: [(1, true), (63, true), (64, true), (65, false), (1_000_000, false)])
    func `values nest as deep as the limit, and no deeper`(depth: Int, isRead: Bool) throws {
        let arrays = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let objects = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        for text in [arrays, objects] {
            if isRead {
                #expect(throws: Never.self) { try JSON(parsing: text) }
            } else {
                #expect(throws: JSONError.self) { try JSON(parsing: text) }
                #expect(throws: JSONError.self) { try JSON(parsing: String(text.prefix(text.count / 2))) }
            }
        }
    }

    @Test func `the depth is the caller's to choose, and what stands side by side does not add up`() throws {
        #expect(throws: Never.self) { try JSON(parsing: "[[],[],[[]]]", depthLimit: 3) }
        #expect(throws: JSONError.self) { try JSON(parsing: "[[],[],[[]]]", depthLimit: 2) }
        #expect(throws: Never.self) { try JSON(parsing: "7", depthLimit: 0) }
        #expect(throws: JSONError.self) { try JSON(parsing: "[]", depthLimit: 0) }
    }

    @Test(.timeLimit(.minutes(5)))
    func `large documents are read in time that grows with their length`() throws {
        let string = String(repeating: "ä", count: 2_000_000)
        #expect(try JSON(parsing: "\"\(string)\"").string == string)
        let escapes = String(repeating: #"\u00e4"#, count: 500_000)
        #expect(try JSON(parsing: "\"\(escapes)\"").string?.count == 500_000)
        let elements = "[" + String(repeating: "0,", count: 499_999) + "0]"
        #expect(try JSON(parsing: elements).array?.count == 500_000)
    }

    @Test(.timeLimit(.minutes(5)))
    func `an object of many members is read in time that grows with their number, whether names repeat or not`() throws
    {
        let names = (0..<100_000).map { #""name \#($0)":\#($0)"# }
        let distinct = try JSON(parsing: "{" + names.joined(separator: ",") + "}")
        #expect(distinct.object?.members.count == 100_000)
        let again = String(repeating: #","name 99999":1"#, count: 100_000)
        let repeated = try JSON(parsing: "{" + names.joined(separator: ",") + again + "}")
        #expect(repeated.object?.members.count == 100_000)
        #expect(repeated["name 99999"] == 1)
    }

    @Test func `any collection of bytes is read, not only arrays`() throws {
        #expect(try JSON(parsing: "[1]".utf8.reversed().reversed() as [UInt8]) == [1])
        #expect(try JSON(parsing: Array("x[1]x".utf8)[1..<4]) == [1])
        #expect(try JSON(parsing: "[1]".utf8) == [1])
        #expect(try JSON(parsing: "]1[".utf8.reversed()) == [1])
        #expect(throws: JSONError.self) { try JSON(parsing: EmptyCollection<UInt8>()) }
    }

    @Test func `an error says what is wrong and where, and quotes nothing`() {
        do {
            _ = try JSON(parsing: #"{"name": "Lena Brandt", "age": ?}"#)
            Issue.record("a question mark was taken for a value")
        } catch {
            #expect(error.description == "unexpected character, at byte 31")
        }
    }
}
