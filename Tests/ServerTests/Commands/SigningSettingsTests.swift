import Foundation
import Outbound
import Platform
import Signing
import Testing

@testable import Server

@Suite struct SigningSettingsTests {
    private struct NoHTTP: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            throw OutboundError(kind: .refusedAddress, beforeSending: true)
        }
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obhut-signing-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func sealing(_ folder: String, _ more: String...) throws -> SealingIdentity {
        let flags = ["control.key_file=\(folder)/control.json"] + more
        return try Settings(file: nil, flags: flags, environment: [:]).sealing(http: NoHTTP())
    }

    @Test func `without a certificate one is made once, for its owner's eyes, and says what it is`() throws {
        try withFolder { folder in
            let first = try sealing(folder)
            let again = try sealing(folder)
            #expect(first.isSelfSigned && first.identity.fingerprint == again.identity.fingerprint)
            #expect(first.identity.subject.contains("for trying"))
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/signing.pem")[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["signing.pem"], "no drafts stay")
        }
    }

    @Test func `many that start at once get the same one`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obhut-signing-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let prints = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try sealing(folder).identity.fingerprint } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(prints.count == 1)
    }

    @Test func `the provider's certificate is taken with its key, and what is wrong is told by the setting's name`()
        throws
    {
        try withFolder { folder in
            let made = try sealing(folder)
            let file = folder + "/provider.pem"
            try FileManager.default.copyItem(atPath: folder + "/signing.pem", toPath: file)
            let taken = try sealing(folder, "signing.certificate_file=\(file)")
            #expect(!taken.isSelfSigned && taken.identity.fingerprint == made.identity.fingerprint)
            let certificate = folder + "/certificate.pem"
            try Data(made.identity.certificatePEM.utf8).write(to: URL(fileURLWithPath: certificate))
            for (flags, word) in [
                (["signing.certificate_file=\(folder)/none.pem"], "signing.certificate_file: the file"),
                (
                    ["signing.certificate_file=\(file)", "signing.key_file=\(folder)/none.pem"],
                    "signing.key_file: the file"
                ),
                (["signing.certificate_file=\(certificate)"], "signing.certificate_file, signing.key_file: "),
            ] {
                let settings = try Settings(
                    file: nil, flags: ["control.key_file=\(folder)/control.json"] + flags, environment: [:])
                let error = #expect(throws: SettingsError.self) { _ = try settings.sealing(http: NoHTTP()) }
                #expect(error?.description.hasPrefix(word) == true, "\(error?.description ?? "")")
            }
        }
    }

    @Test func `a file that is damaged is not replaced in silence`() throws {
        try withFolder { folder in
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: folder + "/signing.pem"))
            #expect(throws: SettingsError.self) { _ = try sealing(folder) }
        }
    }

    @Test func `the variables of the remote commands are no misspelt settings`() throws {
        let environment = ["OBHUT_URL": "https://x", "OBHUT_TOKEN": "oba_x", "OBHUT_TOKN": "x"]
        let warnings = try Settings(file: nil, flags: [], environment: environment).warnings
        #expect(warnings.count == 1 && warnings[0].contains("OBHUT_TOKN "))
        #expect(!warnings.joined().contains("oba_x"))
    }
}
