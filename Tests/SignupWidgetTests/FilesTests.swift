import Crypto
import Foundation
import PluginKit
import Testing

@testable import SignupWidget

@Suite struct FilesTests {
    private var script: PublicFile? { SignupWidget().files["widget.js"] }
    private var source: String { String(decoding: script?.bytes ?? [], as: UTF8.self) }
    private var style: (name: String, file: PublicFile)? {
        SignupWidget().files.first { $0.key.hasPrefix("dialog.") }.map { ($0.key, $0.value) }
    }

    @Test func `the script has a short name for those who follow, and one with its digest for those who pin`() throws {
        let script = try #require(script)
        #expect(!script.isImmutable && script.contentType.hasPrefix("text/javascript"))
        let digest = SHA256.hash(data: script.bytes).hexadecimal.prefix(16)
        let pinned = try #require(SignupWidget().files["widget.\(digest).js"])
        #expect(pinned.isImmutable && pinned.bytes == script.bytes)
        #expect(SignupWidget().files.count == 3)
    }

    @Test func `the script pins the style by its digest`() throws {
        let (name, file) = try #require(style)
        #expect(file.isImmutable && name == "dialog.\(SHA256.hash(data: file.bytes).hexadecimal.prefix(16)).css")
        #expect(source.contains("\"\(name)\""))
        let digest = Data(SHA384.hash(data: file.bytes)).base64EncodedString()
        #expect(source.contains("\"sha384-\(digest)\""))
    }

    @Test func `comments, indentation and marks are gone, words are in`() {
        #expect(!source.contains("/*@"))
        #expect(!source.split(separator: "\n").contains { $0.hasPrefix("//") || $0.hasPrefix(" ") })
        for (language, words) in Words.builtIn {
            for name in PageWords.early {
                #expect(source.contains(JSON.string(words[name] ?? "?").text), "\(language) \(name)")
            }
        }
        #expect(String(decoding: style?.file.bytes ?? [], as: UTF8.self).firstRange(of: "/*") == nil)
    }

    /// What a strict policy of a host page, or the law on devices (§ 25 TDDDG), would not let through.
    @Test(arguments: [
        "cookie", "localStorage", "sessionStorage", "indexedDB", "caches", "serviceWorker", "innerHTML", "outerHTML",
        "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function", "setAttribute(\"style\"",
        "import(",
        "sendBeacon", "location.search", "referrer)", "location.href",
    ])
    func `the script does without`(word: String) {
        #expect(!source.contains(word))
    }

    @Test func `the script names no other place`() {
        let places = source.matches(of: /https?:\/\/[^"'`\s]+/).map { String($0.output) }
        #expect(places == ["http://www.w3.org/2000/svg"])
    }

    @Test func `all that a visit loads is under 15 kB compressed, the button under 8`() async throws {
        let dialog = try await SignupWidget().answer(
            Fixture.get(lang: "de"), for: Fixture.setup(), by: RecordingHost()
        ).body
        let style = try #require(style).file.bytes
        let sizes = try [("script", script?.bytes ?? []), ("style", style), ("texts", dialog)].map {
            ($0.0, $0.1.count, try Self.compressed($0.1))
        }
        for (name, plain, small) in sizes { print("signup-widget: \(name) \(plain) B, compressed \(small) B") }
        let all = sizes.map(\.2).reduce(0, +)
        print("signup-widget: in all \(all) B compressed")
        #expect(all < 15_000)
        #expect(sizes[0].2 < 8_000)
    }

    private static func compressed(_ bytes: [UInt8]) throws -> Int {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-6", "-c"]
        let (input, output) = (Pipe(), Pipe())
        (gzip.standardInput, gzip.standardOutput) = (input, output)
        try gzip.run()
        // Less than a pipe holds comes back only after the end of what goes in.
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        let small = try output.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        #expect(gzip.terminationStatus == 0 && !small.isEmpty)
        return small.count
    }
}
