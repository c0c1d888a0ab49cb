import Foundation
import Testing

@testable import Server

/// What depends on the process's environment, tried on the built command itself: a test that sets its own environment would
/// disturb those that run beside it.
@Suite struct CommandLineTests {
    private struct Ended {
        var status: Int32
        var output: String
        var error: String
    }

    private func obhut(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Ended {
        let process = Process()
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        process.executableURL = folder.appending(path: "obhut")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Ended(status: process.terminationStatus, output: text, error: complaint)
    }

    /// What `obhut config` says a key is now.
    private func now(_ key: String, _ file: String, _ environment: [String: String], _ flags: [String]) throws
        -> String?
    {
        try ConfigurationFile.with(file) { path in
            let ended = try obhut(["config", "--config", path] + flags.flatMap { ["--set", $0] }, environment)
            #expect(ended.status == 0, "\(ended.error)")
            let lines = ended.output.components(separatedBy: "\n")
            let after = lines.drop { $0 != key }.dropFirst().prefix { $0.hasPrefix(" ") }
            return after.compactMap { $0.components(separatedBy: "now: ").dropFirst().last }.first
        }
    }

    static let precedence: [(String, [String: String], [String], String)] = [
        ("{}", [:], [], "8080"),
        (#"{"http": {"port": 9000}}"#, [:], [], "9000"),
        (#"{"http": {"port": 9000}}"#, ["OBHUT_HTTP_PORT": "9001"], [], "9001"),
        (#"{"http": {"port": 9000}}"#, ["OBHUT_HTTP_PORT": "9001"], ["http.port=9002"], "9002"),
        ("{}", ["OBHUT_HTTP_PORT": "9001"], [], "9001"),
        ("{}", ["HTTP_PORT": "9001", "OBHUT_PORT": "9001"], [], "8080"),
    ]

    @Test(arguments: precedence)
    func `the environment is stronger than the file, and a flag stronger than both`(
        file: String, environment: [String: String], flags: [String], port: String
    ) throws {
        #expect(try now("http.port", file, environment, flags) == port)
    }

    @Test func `a secret is said to be set, and not shown`() throws {
        let environment = ["OBHUT_CONTROL_URL": "postgresql://u:hunter2@h/d"]
        #expect(try now("control.url", "{}", environment, []) == "(set)")
        #expect(try now("control.url", #"{"control": {"url": "postgresql://u:hunter2@h/d"}}"#, [:], []) == "(set)")
        #expect(try now("control.url", "{}", [:], []) == "(not set)")
    }

    @Test func `a wrong setting ends the start with one line that names it`() throws {
        for (flag, key) in [("log.level=verbose", "log.level (--set)"), ("x", "--set x")] {
            let ended = try obhut(["serve", "--set", flag])
            #expect(ended.status != 0)
            #expect(ended.error.hasPrefix("Error: \(key): expected "), "\(ended.error)")
            #expect(ended.error.split(separator: "\n").count == 1)
        }
    }

    @Test func `the plugins are listed with what leaves through them`() throws {
        let ended = try obhut(["plugins"])
        #expect(ended.status == 0)
        for line in [
            "whatsapp-cloud  1.0.0  channel", "declared  1.0.0  consent source", "self-hosted  1.0.0  storage region",
        ] {
            #expect(ended.output.contains(line))
        }
        #expect(ended.output.contains("transfer: Adequacy decision (EU) 2023/1795"))
        #expect(ended.output.contains("data flows: none"))
        #expect(ended.output.contains("access_token (needed, secret)"))
    }
}
