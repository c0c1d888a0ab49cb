import Foundation
import Testing

@testable import Platform

@Suite struct IdentifierTests {
    @Test func `ids made one after another sort in that order`() {
        let ids = (0..<20_000).map { _ in MessageID.generate() }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test func `ids made at once by many tasks are all different, and each task's own sort`() async {
        let runs = await withTaskGroup(of: [MessageID].self) { group in
            for _ in 0..<8 { group.addTask { (0..<2_000).map { _ in MessageID.generate() } } }
            return await group.reduce(into: [[MessageID]]()) { $0.append($1) }
        }
        #expect(Set(runs.joined()).count == 16_000)
        #expect(runs.allSatisfy { $0 == $0.sorted() })
    }

    @Test func `version, variant and time stand where RFC 9562 puts them`() {
        let generator = UUIDv7Generator()
        // RFC 9562, appendix A.6: 2022-02-22 14:22:22.00 GMT-05:00 is 0x017F22E279B0 milliseconds
        let text = generator.next(at: Date(timeIntervalSince1970: 1_645_557_742)).uuidString
        #expect(text.hasPrefix("017F22E2-79B0-7"))
        #expect("89AB".contains(text[text.index(text.startIndex, offsetBy: 19)]))
    }

    @Test func `a clock set back makes no id that sorts before an earlier one`() {
        let generator = UUIDv7Generator()
        let times = [1000.0, 1000.001, 900, 0, -5, 1000.001, 1000.002]
        let ids = times.map { MessageID(generator.next(at: Date(timeIntervalSince1970: $0))) }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test func `text is lower-case and read back`() throws {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        let id = try #require(TenantID(text))
        #expect("\(id)" == text)
        #expect(TenantID(text.uppercased()) == id)
    }

    @Test(arguments: ["", "x", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2}"])
    func `what is not a UUID is no id`(text: String) {
        #expect(ContactID(text) == nil)
    }

    @Test(arguments: ["a", "eu-central", "eu-central-1", "r2d2", String(repeating: "a", count: 63)])
    func `a region's and a shard's name are taken`(name: String) {
        #expect(RegionID(name)?.description == name)
        #expect(ShardID(rawValue: name)?.rawValue == name)
    }

    @Test(
        arguments: [
            "", "-a", "a-", "1a", "EU", "eu_central", "eu central", "eu.central", "é", "a/b", "a\n",
            String(repeating: "a", count: 64),
        ])
    func `other names are not`(name: String) {
        #expect(RegionID(name) == nil)
        #expect(ShardID(name) == nil)
    }
}
