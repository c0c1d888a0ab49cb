import Foundation

@testable import Signing

/// A temporary folder, and the `openssl` command in it: the other side of every test here.
final class Workshop: Sendable {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var succeeded: Bool { status == 0 }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "obhut-signing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    func write(_ text: String, to name: String) throws {
        try write(Array(text.utf8), to: name)
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// Runs `openssl` in the folder, on a thread of its own.
    func openssl(_ arguments: [String]) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try self.runBlocking(arguments) }) }
        }
    }

    /// The same for what must succeed.
    func make(_ arguments: [String]) async throws {
        let outcome = try await openssl(arguments)
        guard outcome.succeeded else { throw Failure(description: "openssl \(arguments): \(outcome.output)") }
    }

    func runBlocking(_ arguments: [String]) throws -> Outcome {
        let name = "output-\(UUID().uuidString)"
        try write([], to: name)
        let output = try FileHandle(forWritingTo: folder.appending(path: name))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: try read(name), as: UTF8.self))
    }
}

extension Workshop {
    static let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    static let rsa = ["-newkey", "rsa:2048"]

    /// Writes `NAME.pem` and `NAME.key`: a certificate for a year, its own issuer unless one is named.
    func issue(
        _ name: String, by issuer: String? = nil, key: [String] = p256,
        extensions: [String] = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"]
    ) async throws {
        var arguments = ["req", "-x509", "-nodes", "-days", "365", "-subj", "/C=IE/O=Test/CN=\(name)"] + key
        arguments += ["-keyout", "\(name).key", "-out", "\(name).pem"]
        arguments += extensions.flatMap { ["-addext", $0] }
        if let issuer { arguments += ["-CA", "\(issuer).pem", "-CAkey", "\(issuer).key"] }
        try await make(arguments)
    }

    func issueAuthority(_ name: String) async throws {
        try await issue(name, extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])
    }

    func identity(_ name: String, others: [String] = []) throws -> SigningIdentity {
        let certificates = try ([name] + others).flatMap { try read("\($0).pem") }
        return try SigningIdentity(certificates: certificates, privateKey: KeyMaterial(read("\(name).key")))
    }

    func certificate(_ name: String) throws -> Certificate {
        try Certificate(pem: String(decoding: read("\(name).pem"), as: UTF8.self))
    }

    /// What an auditor runs, and whether it succeeds.
    func auditorAccepts(
        _ seal: [UInt8], over content: [UInt8], trusting pem: String, options: [String] = []
    ) async throws -> Bool {
        let prefix = UUID().uuidString
        try write(seal, to: "\(prefix).seal")
        try write(content, to: "\(prefix).content")
        try write(pem, to: "\(prefix).pem")
        let arguments =
            ["cms", "-verify", "-binary", "-inform", "DER", "-in", "\(prefix).seal", "-content", "\(prefix).content"]
            + ["-CAfile", "\(prefix).pem", "-out", "\(prefix).out"] + options
        return try await openssl(arguments).succeeded
    }
}
