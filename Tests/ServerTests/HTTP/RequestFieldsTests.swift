import Foundation
import Platform
import PluginKit
import Testing

@testable import Server

@Suite struct RequestFieldsTests {
    /// What is complained of once everything was read.
    private func problems(_ body: JSON, path: String = "", _ read: (inout RequestFields) -> Void) -> [String] {
        var fields = RequestFields(body, path: path)
        read(&fields)
        do {
            try fields.finish()
            return []
        } catch {
            return (error as? PlatformError)?.fields.map { "\($0.path): \($0.problem)" } ?? ["\(error)"]
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var told: String
        var body: JSON
        var read: @Sendable (inout RequestFields) -> Void
        var testDescription: String { "\(body.text) → \(told)" }

        init(_ body: JSON, _ told: String, _ read: @escaping @Sendable (inout RequestFields) -> Void) {
            self.body = body
            self.told = told
            self.read = read
        }
    }

    static let wrong: [Wrong] = [
        Wrong([:], "a: this is missing; give text") { _ = $0.text("a") },
        Wrong(["a": .null], "a: this is missing; give text") { _ = $0.text("a") },
        Wrong(["a": 1], "a: expected text, found a number") { _ = $0.text("a") },
        Wrong(["a": []], "a: expected text, found an array") { _ = $0.optionalText("a") },
        Wrong(["a": "true"], "a: expected true or false, found a string") { _ = $0.bool("a", default: false) },
        Wrong(["a": "2026-02-30T00:00:00Z"], "a: give a time such as 2026-03-01T12:00:00Z (RFC 3339)") {
            _ = $0.time("a")
        },
        Wrong(["a": 7], "a: expected text, found a number") { _ = $0.time("a") },
        Wrong(["a": "4711"], "a: this is not an id") { _ = $0.id("a", TenantID.self) },
        Wrong([:], "a: this is missing; give an object") { _ = $0.texts("a") },
        Wrong(["a": "x"], "a: expected an object, found a string") { _ = $0.texts("a") },
        Wrong(["a": ["b": []]], "a.b: expected text, found an array") { _ = $0.texts("a") },
        Wrong(["a": ["b": .null]], "a.b: expected text, found null") { _ = $0.texts("a") },
        Wrong(["a": "x", "b": 1], "b: there is no such field; known are a") { _ = $0.text("a") },
        Wrong(["a": 1], "a: is odd") {
            $0.value("a").map { _ in }; $0.complain("a", "is odd")
        },
    ]

    @Test(arguments: wrong)
    func `a field that is wrong is named with what is wanted of it`(row: Wrong) {
        #expect(problems(row.body, row.read) == [row.told])
        #expect(problems(row.body, path: "outer", row.read) == ["outer.\(row.told)"])
    }

    @Test func `what is right is read, and what is absent has its default`() throws {
        var fields = RequestFields([
            "text": "x", "yes": true, "time": "2026-03-01T12:00:00Z", "id": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "map": ["a": "x", "b": true, "c": .number("1.50")], "null": .null,
        ])
        #expect(fields.text("text") == "x")
        #expect(
            fields.bool("yes", default: false) && fields.bool("no", default: true)
                && !fields.bool("null", default: false))
        #expect(fields.time("time") == Date(timeIntervalSince1970: 1_772_366_400))
        #expect(fields.id("id", TenantID.self)?.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(fields.texts("map") == ["a": "x", "b": "true", "c": "1.50"])
        #expect(
            fields.optionalText("null") == nil && fields.time("none") == nil && fields.id("none", TenantID.self) == nil)
        try fields.finish()
    }

    @Test func `all that is wrong is told at once`() {
        let told = problems(["b": 1, "d": 1, "e": 1]) {
            _ = $0.text("a")
            _ = $0.text("b")
            _ = $0.bool("c", default: false)
        }
        #expect(
            told == [
                "a: this is missing; give text", "b: expected text, found a number",
                "d: there is no such field; known are a, b, c",
                "e: there is no such field; known are a, b, c",
            ])
    }

    @Test func `one problem is told by its field, several by their number`() {
        var one = RequestFields([:])
        _ = one.text("a")
        #expect(throws: PlatformError.self) { try one.finish() }
        for (names, message) in [(["a"], "One field is not right: a."), (["a", "b"], "2 fields are not right.")] {
            var fields = RequestFields([:])
            for name in names { _ = fields.text(name) }
            do {
                try fields.finish()
            } catch {
                #expect((error as? PlatformError)?.message == message)
                #expect((error as? PlatformError)?.code == .invalid)
            }
        }
    }

    @Test func `a value is never repeated, and a long unknown name is cut`() {
        let body: JSON = .object(
            JSONObject([("id", "secret-4711"), (String(repeating: "x", count: 5_000), "secret-4711")]))
        let told = problems(body) { _ = $0.id("id", TenantID.self) }
        #expect(told.count == 2)
        #expect(told.allSatisfy { !$0.contains("4711") && $0.count < 200 })
    }
}
