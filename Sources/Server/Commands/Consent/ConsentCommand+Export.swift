import ArgumentParser
import Foundation
import Platform
import PluginKit

extension ConsentCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a tenant's consent records, sealed, and its chain to a folder.",
            discussion: "Docs/consent.md shows how to check it with openssl alone.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "The tenant, by id.", transform: ConsentCommand.tenant) var tenant: TenantID
        @Option(help: "Folder to write to; must not be there yet.") var to: String
        @Option(help: "Why; goes into the audit trail. No people's data.") var reason: String?

        func run() async throws {
            do {
                let folder = try ConsentFolder(to)
                let cause = Cause(.commandLine, reason: reason)
                let index = try await ConsentCommand.withInstallation(options) { [tenant] installation in
                    try await installation.consentRecords.export(
                        tenant, cause, record: { try await folder.add($0) }, event: { try await folder.add($0) })
                }
                try await folder.end(index)
                print("\(index.records) records and \(index.events) events are in \(to)")
            } catch {
                throw CommandFailure(error).end()
            }
        }
    }
}

/// `records/{contact}.jsonld` and `.cms`, `chain.jsonl`, `index.json` and `.cms`, `certificate.pem`.
private actor ConsentFolder {
    private let path: String
    private let chain: FileHandle

    init(_ path: String) throws {
        do {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure(.conflict, "\(path) is there already.", remedy: "Name a folder that is not.")
            }
            try FileManager.default.createDirectory(
                atPath: path + "/records", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try Self.write([], path + "/chain.jsonl")
            guard let chain = FileHandle(forWritingAtPath: path + "/chain.jsonl") else { throw SystemError() }
            self.path = path
            self.chain = chain
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalid, "the folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    func add(_ record: SealedConsentRecord) throws {
        let name = "\(path)/records/\(record.contact)"
        try Self.write(Array(record.document.utf8), name + ".jsonld")
        try Self.write(record.seal, name + ".cms")
    }

    func add(_ event: String) throws { try chain.write(contentsOf: Data((event + "\n").utf8)) }

    func end(_ index: ConsentExportIndex) throws {
        try Self.write(Array(index.document.utf8), path + "/index.json")
        try Self.write(index.seal, path + "/index.cms")
        try Self.write(Array(index.certificate.utf8), path + "/certificate.pem")
        try chain.close()
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure(.invalid, "the file \(path) cannot be written: \(SystemError())") }
    }
}
