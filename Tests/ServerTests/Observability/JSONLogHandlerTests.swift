import Foundation
import Logging
import PluginKit
import Testing

@testable import Server

@Suite struct JSONLogHandlerTests {
    private func line(
        _ message: Logger.Message, _ metadata: Logger.Metadata? = nil, handler: Logger.Metadata = [:],
        level: Logger.Level = .info
    ) throws -> JSON {
        var logHandler = JSONLogHandler(label: "obhut", level: .trace)
        logHandler.metadata = handler
        let bytes = logHandler.rendered(level, message, metadata, at: Date(timeIntervalSince1970: 1_772_366_400))
        // One object a line: the only byte below a blank is the line's end.
        #expect(bytes.last == 0x0A)
        #expect(bytes.dropLast().allSatisfy { $0 >= 0x20 })
        return try JSON(parsing: bytes)
    }

    @Test(arguments: Logger.Level.allCases)
    func `a line says when, how grave, who and what, in this order`(level: Logger.Level) throws {
        let line = try line("serving", ["port": "8080", "host": "::1"], level: level)
        #expect(
            line.text
                == #"{"time":"2026-03-01T12:00:00.000Z","level":"\#(level.rawValue)","logger":"obhut","message":"serving","#
                + #""host":"::1","port":"8080"}"#)
    }

    static let hostile = [
        "two\nlines", "a\r\n{\"level\":\"critical\"}", "\u{0}\u{1}\u{1F}", "\u{1B}[31mred", "tab\t", "\"quoted\\",
        "ä€😀", "\u{2028}",
        String(repeating: "\n", count: 100),
    ]

    @Test(arguments: hostile)
    func `whatever stands in message, metadata or its key stays within its line`(text: String) throws {
        let line = try line(
            "\(text)", ["key": "\(text)", "\(text)": "value", "list": ["\(text)"], "inner": ["a": "\(text)"]])
        #expect(line["message"] == .string(text))
        #expect(line["key"] == .string(text))
        #expect(line[text] == "value")
        #expect(line["level"] == "info")
    }

    @Test func `a value of a person or a secret prints nothing`() throws {
        let person = Personal("Lena-4711")
        let secret = Secret("Lena-4711")
        let line = try line(
            "\(person) \(secret)",
            [
                "a": "\(person)", "b": .stringConvertible(secret), "c": .array(["\(Identity(.phone, "Lena-4711"))"]),
                "d": ["e": "\(person)"],
            ])
        #expect(!line.text.contains("4711"))
        #expect(line["message"] == "(personal) (secret)")
        #expect(line["b"] == "(secret)")
    }

    @Test func `metadata of the call is stronger than the logger's`() throws {
        let line = try line("x", ["a": "call"], handler: ["a": "logger", "b": "logger"])
        #expect(line["a"] == "call" && line["b"] == "logger")
    }

    @Test func `metadata takes the place of none of the line's own members`() throws {
        let line = try line("real", ["message": "m", "level": "l", "time": "t", "logger": "o"])
        #expect(line["message"] == "real" && line["level"] == "info" && line["logger"] == "obhut")
        #expect(line["time"] == "2026-03-01T12:00:00.000Z")
        #expect(line["metadata.message"] == "m" && line["metadata.level"] == "l" && line["metadata.time"] == "t")
    }

    @Test func `metadata is kept by the handler, and its level decides what is logged`() {
        var logger = Logger(label: "obhut") { JSONLogHandler(label: $0, level: .error) }
        logger[metadataKey: "a"] = "1"
        #expect(logger[metadataKey: "a"] == "1")
        #expect(logger.logLevel == .error)
    }
}
