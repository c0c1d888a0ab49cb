import Foundation
import PluginKit
import Testing

@testable import SelfHosted

@Suite struct MediaFolderTests {
    let folder: TemporaryFolder
    let store: MediaFolder
    static let name = "0123456789abcdef"

    init() throws {
        folder = try TemporaryFolder()
        store = MediaFolder(region: "eu-central", folder: "\(folder.path)/media")
    }

    @Test(arguments: [0, 1, 1_000, 3_000_000])
    func `what was put is got back to the byte`(count: Int) async throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await store.put(bytes, name: Self.name)
        #expect(try await store.get(name: Self.name) == bytes)
        #expect(folder.files == ["media/01/23/\(Self.name)"])
    }

    @Test func `only the server's user may read it`() async throws {
        try await store.put([1], name: Self.name)
        #expect(try folder.mode("media/01/23/\(Self.name)") == 0o600)
        for path in ["media", "media/01", "media/01/23"] { #expect(try folder.mode(path) == 0o700) }
    }

    @Test func `putting again replaces, and leaves no draft`() async throws {
        try await store.put([1, 2, 3], name: Self.name)
        try await store.put([4], name: Self.name)
        #expect(try await store.get(name: Self.name) == [4])
        #expect(folder.files.count == 1)
    }

    @Test func `what was deleted, or never put, is not there, and deleting it is no fault`() async throws {
        try await store.put([1], name: Self.name)
        try await store.put([2], name: Self.name + "x")
        try await store.delete(name: Self.name)
        #expect(try await store.get(name: Self.name) == nil)
        #expect(try await store.get(name: Self.name + "x") == [2])
        try await store.delete(name: Self.name)
        #expect(folder.files == ["media/01/23/\(Self.name)x"])
    }

    @Test func `many at once do not meet`() async throws {
        let store = store
        let names = (0..<40).map { "name-of-a-file-\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, name) in names.enumerated() {
                group.addTask { try await store.put([UInt8(number)], name: name) }
            }
            try await group.waitForAll()
        }
        for (number, name) in names.enumerated() { #expect(try await store.get(name: name) == [UInt8(number)]) }
    }

    @Test func `one name written by many at once holds one of the values, whole`() async throws {
        let store = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 as Range<UInt8> {
                group.addTask { try await store.put(Array(repeating: number, count: 10_000), name: Self.name) }
            }
            try await group.waitForAll()
        }
        let bytes = try #require(try await store.get(name: Self.name))
        #expect(bytes.count == 10_000 && Set(bytes).count == 1)
        #expect(folder.files.count == 1)
    }

    static let names: [String] = [
        "", "short", "123456789abcdef", "../../victim-012345", "0123456789abcdef/../x", "/victim-0123456789",
        "0123456789abcdef.",
        "..0123456789abcdef", "0123456789abcde\0", "0123456789 abcdef", "0123456789\nabcdef", "0123456789%2e%2e%2f",
        "0123456789ab\\..\\cd",
        "~victim/0123456789", "0123456789äbcdefg", "٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥", "0123456789abcde\u{301}",
        String(repeating: "a", count: 129),
    ]

    /// The folder lies deep in the test's own, so that a name which got through could harm nothing but the victim planted there.
    @Test(arguments: names)
    func `a name that could lead elsewhere is refused, and touches nothing`(name: String) async throws {
        let store = MediaFolder(region: "eu-central", folder: "\(folder.path)/a/b/c/d/e/f/media")
        try FileManager.default.createDirectory(atPath: store.folder, withIntermediateDirectories: true)
        let victim = "a/b/c/d/victim-012345"
        try Data([7]).write(to: URL(filePath: "\(folder.path)/\(victim)"))
        let refusal = StorageRegionError(
            region: "eu-central", reason: "a media name has 16 to 128 characters of A-Z, a-z, 0-9, - and _")
        await #expect(throws: refusal) { try await store.put([1], name: name) }
        await #expect(throws: refusal) { _ = try await store.get(name: name) }
        await #expect(throws: refusal) { try await store.delete(name: name) }
        #expect(folder.files == [victim])
        #expect(try folder.bytes(victim) == Data([7]))
    }

    @Test(arguments: ["AZaz09-_AZaz09-_", "----------------", "________________", String(repeating: "a", count: 128)])
    func `every name of the alphabet stays within the folder`(name: String) async throws {
        try await store.put([1], name: name)
        #expect(folder.files.count == 1 && folder.files.allSatisfy { $0.hasPrefix("media/") && $0.hasSuffix(name) })
    }

    @Test func `a folder that cannot be is told in one sentence that names the region`() async throws {
        try Data().write(to: URL(filePath: "\(folder.path)/media"))
        do {
            try await store.put([1], name: Self.name)
            Issue.record("stored below a file")
        } catch {
            #expect(error.description.hasPrefix("region eu-central: media cannot be stored or read: "))
            #expect(!error.description.contains("\n"))
        }
    }
}
