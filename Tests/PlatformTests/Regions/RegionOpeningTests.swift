import Foundation
import PluginKit
import Postgres
import SelfHosted
import Testing

@testable import Platform

@Suite struct RegionOpeningTests {
    /// Opens the region as another process would, after something was done to its files.
    private func expectRefusal(
        _ region: Region, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ damage: (String) throws -> Void
    ) async throws {
        let folder = region.folder
        let copy = folder + "-before"
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try damage(folder)
        let error = await #expect(throws: StorageRegionError.self, sourceLocation: sourceLocation) {
            try await region.anotherProcess { _ in }
        }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")", sourceLocation: sourceLocation)
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.copyItem(atPath: copy, toPath: folder)
        try await region.anotherProcess { _ in }
    }

    private static func keyFile(_ folder: String) -> String { "\(folder)/keys/key-encryption-keys.json" }

    @Test
    func
        `a region does not open without its key file, with another's, with a new one, or with one that others may read`()
        async throws
    {
        try await Region.with { region in
            _ = try await Company(in: region)
            try await expectRefusal(region, "is missing") {
                try FileManager.default.removeItem(atPath: Self.keyFile($0))
            }
            try await expectRefusal(region, "belongs to \"other\"") { folder in
                try FileManager.default.removeItem(atPath: Self.keyFile(folder))
                _ = try KeyFile.open(path: Self.keyFile(folder), owner: "other", firstStart: true)
            }
            // Of the right name, and yet not the key that the data was sealed with.
            try await expectRefusal(region, "another key") { folder in
                try FileManager.default.removeItem(atPath: Self.keyFile(folder))
                _ = try KeyFile.open(path: Self.keyFile(folder), owner: Region.name.rawValue, firstStart: true)
            }
            try await expectRefusal(region, "chmod 0600") { folder in
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: Self.keyFile(folder))
            }
            try await expectRefusal(region, "is damaged") { folder in
                try Data("{}".utf8).write(to: URL(fileURLWithPath: Self.keyFile(folder)))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: Self.keyFile(folder))
            }
        }
    }

    @Test func `the control plane does not open with another key`() async throws {
        try await Region.with { region in
            let path = "\(region.folder)/control/keys.json"
            try FileManager.default.removeItem(atPath: path)
            _ = try KeyFile.open(path: path, owner: "control", firstStart: true)
            await #expect(throws: KeyStoreError.refused) { try await region.anotherProcess { _ in } }
        }
    }

    @Test func `a region outside the EEA is refused`() async throws {
        try await Region.with { region in
            let configuration = InstallationConfiguration(
                controlURL: region.configuration.controlURL,
                regions: [.test(region.database.configuration, folder: region.folder, country: "US")])
            let opening = RegionOpening(
                control: region.control, plugins: region.installation.plugins, logger: .quiet)
            let error = await #expect(throws: StorageRegionError.self) { _ = try await opening.open(configuration) }
            #expect(error?.reason.contains("European Economic Area") == true)
        }
    }
}
