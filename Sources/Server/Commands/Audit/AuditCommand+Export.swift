import ArgumentParser
import Foundation
import Platform
import PluginKit

extension AuditCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a chain's entries and the seals to a folder, for an auditor.",
            discussion: "Docs/audit.md shows how to check it with SHA-256 and openssl alone.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "control, or a tenant's id.", transform: AuditCommand.chain)
        var chain = AuditChain.control
        @Option(
            help: "From this moment on, RFC 3339; all unless said.",
            transform: { text in
                guard let date = Timestamp.date(text) else {
                    throw ValidationError("expected a time such as 2026-03-01T12:00:00Z, found \(text)")
                }
                return date
            })
        var since: Date?
        @Option(help: "Folder to write to; must not be there yet.") var to: String
        @Option(help: "Why; goes into the audit trail. No people's data.") var reason: String?

        func run() async throws {
            do {
                let folder = try ExportFolder(to)
                let cause = Cause(.commandLine, reason: reason)
                try await AuditCommand.withControlPlane(options) { [chain, since] plane in
                    try await plane.auditExport.export(
                        chain, since: since, cause, begin: { try await folder.begin($0) },
                        entry: { try await folder.add($0) }, seal: { try await folder.add($0) })
                }
                print("\(await folder.entries) entries and \(await folder.seals) seals are in \(to)")
            } catch {
                throw CommandFailure(error).end()
            }
        }
    }
}

/// What an auditor is given: `chain.json`, `entries.jsonl` and `seals/`.
private actor ExportFolder {
    private let path: String
    private let file: FileHandle
    private(set) var entries = 0
    private(set) var seals = 0

    init(_ path: String) throws {
        do {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure(.conflict, "\(path) is there already.", remedy: "Name a folder that is not.")
            }
            try FileManager.default.createDirectory(
                atPath: path + "/seals", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try Self.write([], "\(path)/entries.jsonl")
            guard let file = FileHandle(forWritingAtPath: path + "/entries.jsonl") else { throw SystemError() }
            self.path = path
            self.file = file
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalid, "the folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    func begin(_ beginning: AuditExport.Beginning) throws {
        let json: JSON = [
            "format": "obhut/audit-export/1", "chain": .string(beginning.chain.description),
            "first_sequence": .int(beginning.sequence), "previous_hash": .string(Hex.text(beginning.previousHash)),
        ]
        try Self.write(json.encoded(), "\(path)/chain.json")
    }

    func add(_ entry: AuditEntry) throws {
        try file.write(contentsOf: Data((entry.text + "\n").utf8))
        entries += 1
    }

    func add(_ seal: AuditSeal) throws {
        let digits = String(seal.number)
        let name = "\(path)/seals/" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        try Self.write(Array(seal.document.utf8), name + ".json")
        try Self.write(seal.seal, name + ".cms")
        try Self.write(Array(seal.certificate.utf8), name + ".pem")
        seals += 1
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure(.invalid, "the file \(path) cannot be written: \(SystemError())") }
    }
}
