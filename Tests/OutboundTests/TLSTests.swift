import Foundation
import Testing

@testable import Outbound

private let openssl = "/usr/bin/openssl"

@Suite("TLS", .enabled(if: FileManager.default.isExecutableFile(atPath: openssl)), .timeLimit(.minutes(5)))
struct TLSTests {
    @Test("a certificate counts only when its authority is trusted and the name is the host's")
    func certificateIsChecked() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key.pem").path
        let certificate = folder.appending(path: "certificate.pem").path
        let made = try run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            certificate, "-subj", "/CN=right.test", "-addext", "subjectAltName=DNS:right.test", "-days", "2",
        ])
        made.process.waitUntilExit()
        #expect(made.process.terminationStatus == 0)

        let server = try run(["s_server", "-accept", "127.0.0.1:0", "-www", "-key", key, "-cert", certificate])
        defer { server.process.terminate() }
        let port = try #require(await acceptedPort(server.output))
        let resolve: @Sendable () -> [String] = { ["right.test:\(port):127.0.0.1", "wrong.test:\(port):127.0.0.1"] }

        try await withClient(resolve: resolve, caFile: certificate) { client in
            let trusted = try await client.send(OutboundRequest(url: "https://right.test:\(port)/"))
            #expect(trusted.status == 200)
            let wrongName = await client.failure(OutboundRequest(url: "https://wrong.test:\(port)/"))
            #expect(wrongName?.kind == .tls)
            #expect(wrongName?.beforeSending == true)
        }
        try await withClient(resolve: resolve) { client in
            let untrusted = await client.failure(OutboundRequest(url: "https://right.test:\(port)/"))
            #expect(untrusted?.kind == .tls)
            #expect(untrusted?.beforeSending == true)
        }
    }

    private func run(_ arguments: [String]) throws -> (process: Process, output: FileHandle) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: openssl)
        process.arguments = arguments
        process.standardInput = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, output.fileHandleForReading)
    }

    /// Reads the line `ACCEPT 127.0.0.1:34567`.
    private func acceptedPort(_ output: FileHandle) async -> UInt16? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                while let data = try? output.read(upToCount: 1), !data.isEmpty {
                    text += String(decoding: data, as: UTF8.self)
                    guard text.hasSuffix("\n") else { continue }
                    if text.hasPrefix("ACCEPT") { break }
                    text = ""
                }
                let port = text.split(separator: ":").last.flatMap { UInt16($0.trimmingCharacters(in: .newlines)) }
                continuation.resume(returning: port)
            }
        }
    }
}
