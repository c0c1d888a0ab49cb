import PluginKit
import Testing

@Suite struct JSONObjectTests {
    @Test func `members keep the order of the document`() throws {
        let text = #"{"z":1,"a":2,"m":{"y":1,"b":2}}"#
        #expect(try JSON(parsing: text).text == text)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, #"{"a":2}"#), (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        (#"{"a":1,"\u0061":2}"#, #"{"a":2}"#),
        (#"{"a":1,"a":null}"#, #"{"a":null}"#), (#"{"a":1,"A":2}"#, #"{"a":1,"A":2}"#),
    ])
    func `a name that stands twice keeps its first place and its last value`(text: String, kept: String) throws {
        #expect(try JSON(parsing: text).text == kept)
    }

    @Test(arguments: [20, 31, 32, 33, 34, 100])
    func `that holds for objects of any size`(count: Int) throws {
        let members = (0..<count).map { #""n\#($0)":0"# }
        let text = "{" + (members + (0..<count).map { #""n\#($0)":1"# }).joined(separator: ",") + "}"
        let object = try #require(JSON(parsing: text).object)
        #expect(object.members.map(\.name) == (0..<count).map { "n\($0)" })
        #expect(object.members.allSatisfy { $0.value == 1 })
    }

    /// `é` as one character and as `e` with an accent: equal to a reader, two names to RFC 8259 (8.3), and to every other parser.
    @Test(arguments: [0, 40])
    func `names that only look the same are two`(others: Int) throws {
        let filling = (0..<others).map { #""n\#($0)":0,"# }.joined()
        let text = "{\(filling)\"\u{E9}\":1,\"e\u{301}\":2}"
        let object = try #require(JSON(parsing: text).object)
        #expect(object.members.count == others + 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(JSON.object(object).text == text)
    }

    @Test func `a member is found, changed, added and taken out by name`() {
        var object = JSONObject([("a", 1), ("b", 2)])
        #expect(object["a"] == 1 && object["c"] == nil)
        object["a"] = 3
        object["c"] = .null
        object["b"] = JSON?.none
        #expect(object.members.map(\.name) == ["a", "c"])
        #expect(object["a"] == 3 && object["c"] == .null && object["b"] == nil)
        object["nobody"] = JSON?.none
        #expect(object.members.count == 2)
    }

    @Test func `objects are equal whatever the order of their members, arrays are not`() {
        #expect(["a": 1, "b": [2]] as JSON == ["b": [2], "a": 1])
        #expect(["a": 1] as JSON != ["a": 1, "b": 2])
        #expect(["a": 1] as JSON != ["b": 1])
        #expect(["a": .null] as JSON != ["b": .null])
        #expect([1, 2] as JSON != [2, 1])
        #expect(JSON.number("1") != JSON.number("1.0"))
        #expect(Set([["a": 1, "b": 2], ["b": 2, "a": 1]] as [JSON]).count == 1)
    }

    @Test func `a value is read as what it is and as nothing else`() {
        let values: [JSON] = [.null, true, 7, "7", [7], ["a": 7]]
        #expect(values.map(\.kind) == ["null", "a boolean", "a number", "a string", "an array", "an object"])
        #expect(values.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil])
        #expect(values.map(\.int) == [nil, nil, 7, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, "7", nil, nil])
        #expect(values.map { $0.array?.count } == [nil, nil, nil, nil, 1, nil])
        #expect(values.map { $0.object?.members.count } == [nil, nil, nil, nil, nil, 1])
        #expect(values.map { $0["a"] } == [nil, nil, nil, nil, nil, 7])
    }

    @Test(arguments: [
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("1.0", nil),
        ("1e3", nil),
        ("-0", 0),
    ])
    func `a number is an integer only when it is written as one and fits`(text: String, int: Int?) {
        #expect(JSON.number(text).int == int)
    }
}
