import Foundation
import PluginKit
import Testing

@testable import SelfHosted

@Suite struct KeyFileTests {
    let folder: TemporaryFolder
    private var path: String { "\(folder.path)/keys/key.json" }

    init() throws { folder = try TemporaryFolder() }

    private func open(owner: String = "eu-central", firstStart: Bool = false) throws(StorageRegionError) -> KeyFile {
        try KeyFile.open(path: path, owner: owner, firstStart: firstStart)
    }

    private func reason(owner: String = "eu-central", firstStart: Bool = false) -> String? {
        do throws(StorageRegionError) {
            _ = try open(owner: owner, firstStart: firstStart)
            return nil
        } catch {
            #expect(error.region == owner)
            return error.reason
        }
    }

    @Test func `the first start makes a key that only the server's user may read, and leaves nothing else`() throws {
        let keys = try open(firstStart: true)
        #expect(keys.currentKeyID == "eu-central-1")
        #expect(try folder.mode("keys/key.json") == 0o600)
        #expect(try folder.mode("keys") == 0o700)
        #expect(folder.files == ["keys/key.json"])
    }

    @Test(arguments: [true, false])
    func `a later start takes the same key, whether it is called the first or not`(firstStart: Bool) async throws {
        let wrapped = try await open(firstStart: true).wrap(Secret([1, 2, 3]), context: [])
        let before = try folder.bytes("keys/key.json")
        let keys = try open(firstStart: firstStart)
        #expect(try await keys.unwrap(wrapped, keyID: keys.currentKeyID, context: []) == Secret([1, 2, 3]))
        #expect(try folder.bytes("keys/key.json") == before)
    }

    @Test func `two first starts at once end with one key that both have`() async throws {
        let path = path
        let opened = await withTaskGroup(of: KeyFile?.self) { group in
            for _ in 0..<8 {
                group.addTask { try? KeyFile.open(path: path, owner: "eu-central", firstStart: true) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let keys = opened.compactMap(\.self)
        // One that came too late to make it and too early to read it is refused, never given another.
        #expect(!keys.isEmpty)
        let wrapped = try await keys[0].wrap(Secret([7]), context: [])
        for other in keys + [try open()] {
            #expect(try await other.unwrap(wrapped, keyID: "eu-central-1", context: []) == Secret([7]))
        }
        #expect(folder.files == ["keys/key.json"])
    }

    @Test func `a key file missing later is refused, and none is made`() throws {
        #expect(reason()?.contains("\(path) is missing: restore it from backup") == true)
        #expect(folder.files.isEmpty)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o601, 0o610, 0o777])
    func `a key file that others may read is refused with what to run`(mode: Int) throws {
        _ = try open(firstStart: true)
        try folder.setMode(mode, "keys/key.json")
        #expect(
            reason()
                == "the key file \(path) can be read by others (mode \(String(mode, radix: 8))); run chmod 0600 on it")
        try folder.setMode(0o400, "keys/key.json")
        #expect(reason() == nil)
    }

    @Test func `another region's key file is refused by name`() throws {
        _ = try open(firstStart: true)
        #expect(
            reason(owner: "eu-north", firstStart: true)?.contains(#"belongs to "eu-central", not to "eu-north""#)
                == true)
    }

    @Test func `a file cut short anywhere is damaged, and stays as it is`() throws {
        _ = try open(firstStart: true)
        let whole = try folder.bytes("keys/key.json")
        for end in 0..<whole.count {
            try folder.overwrite("keys/key.json", whole.prefix(end))
            #expect(
                reason(firstStart: true) == "the key file \(path) is damaged: restore it from backup", "\(end) bytes")
            #expect(try folder.bytes("keys/key.json") == whole.prefix(end))
        }
    }

    @Test func `a byte changed anywhere is noticed, or changes nothing that counts`() async throws {
        let keys = try open(firstStart: true)
        let wrapped = try await keys.wrap(Secret([7]), context: [])
        let whole = try folder.bytes("keys/key.json")
        for place in whole.indices {
            var garbled = whole
            garbled[place] ^= 0x01
            try folder.overwrite("keys/key.json", garbled)
            // Blanks between the members may differ; what is taken must be the same key.
            if let other = try? open() {
                #expect(
                    try await other.unwrap(wrapped, keyID: "eu-central-1", context: []) == Secret([7]), "byte \(place)")
            }
        }
    }

    /// Member of the file, a value for it, and a part of the refusal.
    static let edits: [(String, JSON, String)] = [
        ("format", 2, "has format 2; this version of Obhut reads 1"), ("current", "eu-central-2", "is damaged"),
        ("keys", [], "is damaged"),
        ("keys", [["id": "eu-central-1", "secret": "AAAA"]], "is damaged"),
        ("keys", [["id": "eu-central-1", "secret": .string(Data(count: 32).base64EncodedString())]], "is damaged"),
        ("check", "AAAA", "is damaged"), ("owner", "eu-north", "belongs to"),
    ]

    @Test(arguments: edits)
    func `an edited file is refused`(member: String, value: JSON, part: String) throws {
        _ = try open(firstStart: true)
        var document = try #require(JSON(parsing: folder.bytes("keys/key.json")).object)
        document[member] = value
        try folder.overwrite("keys/key.json", Data(JSON.object(document).encoded()))
        #expect(reason()?.contains(part) == true)
    }

    @Test func `a folder or a dead link in its place is refused in a sentence`() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try folder.setMode(0o700, "keys/key.json")
        #expect(reason(firstStart: true)?.contains("\n") == false)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(folder.path)/nowhere/key.json")
        #expect(reason(firstStart: true) != nil)
    }

    @Test func `health notices a file that was changed, lost or put back`() throws {
        let keys = try open(firstStart: true)
        let whole = try folder.bytes("keys/key.json")
        #expect(keys.isUnchangedOnDisk())
        try folder.overwrite("keys/key.json", whole + Data([0x0A]))
        #expect(!keys.isUnchangedOnDisk())
        try FileManager.default.removeItem(atPath: path)
        #expect(!keys.isUnchangedOnDisk())
        try whole.write(to: URL(filePath: path))
        #expect(keys.isUnchangedOnDisk())
    }
}
