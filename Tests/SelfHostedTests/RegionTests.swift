import Foundation
import PluginKit
import Testing

@testable import SelfHosted

@Suite struct RegionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func configuration(_ change: [String: String?] = [:]) throws -> PluginConfiguration {
        var given = [
            "data_folder": folder.path, "owner_url": "postgresql://owner:hunter2@h/d",
            "app_url": "postgresql://app:hunter2@h/d",
            "worker_url": "postgresql://worker:hunter2@h/d", "country": "DE", "place": "Falkenstein",
            "operator": "Provider GmbH",
        ]
        for (key, value) in change { given[key] = value }
        return try SelfHosted().regionSchema.validate(given).get()
    }

    private func open(_ change: [String: String?] = [:], firstStart: Bool = true) async throws -> any StorageRegion {
        try await SelfHosted().open(id: "eu-central", configuration: configuration(change), firstStart: firstStart)
    }

    @Test func `a region opens with its shard, keys, media and jurisdiction`() async throws {
        let region = try await open([
            "operator_parent": "Parent Inc.", "operator_parent_country": "US", "sub_processors": "Rack AG, Tape Ltd.",
        ])
        #expect(region.id == "eu-central")
        #expect(
            region.jurisdiction
                == Jurisdiction(
                    country: "DE", place: "Falkenstein", operator: "Provider GmbH", operatorParent: "Parent Inc.",
                    operatorParentCountry: "US", subProcessors: ["Rack AG", "Tape Ltd."]))
        #expect(region.shards.map(\.id) == ["eu-central-1"])
        #expect(region.shards.first?.appURL == Secret("postgresql://app:hunter2@h/d"))
        #expect(region.keyStore.currentKeyID == "eu-central-1")
        try await region.mediaStore.put([1], name: "0123456789abcdef")
        #expect(folder.files == ["keys/key-encryption-keys.json", "media/01/23/0123456789abcdef"])
    }

    @Test func `what is not said of the operator is not made up`() async throws {
        let jurisdiction = try await open().jurisdiction
        #expect(jurisdiction.operatorParent == nil && jurisdiction.operatorParentCountry == nil)
        #expect(jurisdiction.subProcessors.isEmpty)
    }

    @Test func `a sub-processor with a day is announced, and is there from that day on`() async throws {
        let jurisdiction = try await open([
            "sub_processors": "Rack AG, Tape Ltd. from 2027-03-01,Cable from Hamburg"
        ]).jurisdiction
        let day = try #require(try? Date("2027-03-01T00:00:00Z", strategy: .iso8601))
        #expect(jurisdiction.subProcessors == ["Rack AG", "Cable from Hamburg"])
        #expect(jurisdiction.comingSubProcessors == [ComingSubProcessor(name: "Tape Ltd.", from: day)])
        let eve = jurisdiction.at(day.addingTimeInterval(-1))
        #expect(eve == jurisdiction)
        let then = jurisdiction.at(day)
        #expect(then.subProcessors == ["Rack AG", "Cable from Hamburg", "Tape Ltd."] && then.comingSubProcessors == [])
    }

    @Test func `several shards have each its own URL of every role`() async throws {
        let region = try await open([
            "shards": "eu-central-a, eu-central-b", "owner_url": "o1 o2", "app_url": "a1  a2", "worker_url": "w1 w2",
        ])
        #expect(
            region.shards == [
                ShardAddress(id: "eu-central-a", appURL: Secret("a1"), workerURL: Secret("w1")),
                ShardAddress(id: "eu-central-b", appURL: Secret("a2"), workerURL: Secret("w2")),
            ])
    }

    static let refused: [([String: String?], String)] = [
        (
            ["country": "US"],
            #"country "US" is not in the European Economic Area; data of tenants may not be held there (Art. 44 ff. GDPR)"#
        ),
        (
            ["country": "CH"],
            #"country "CH" is not in the European Economic Area; data of tenants may not be held there (Art. 44 ff. GDPR)"#
        ),
        (
            ["country": "de"],
            #"country "de" is not in the European Economic Area; data of tenants may not be held there (Art. 44 ff. GDPR)"#
        ),
        (
            ["sub_processors": "Tape Ltd. from 2027-02-30"],
            "sub_processors names the day 2027-02-30, which there is not"
        ),
        (
            ["sub_processors": "Tape Ltd., Rack AG, Tape Ltd. from 2027-02-01"],
            "sub_processors names Tape Ltd. twice"
        ),
        (["shards": "a, b"], "app_url has 1 URLs for 2 shards; give one each"),
        (["app_url": "u1 u2"], "app_url has 2 URLs for 1 shards; give one each"),
        (["shards": "a,b", "app_url": "1 2"], "worker_url has 1 URLs for 2 shards; give one each"),
    ]

    @Test(arguments: refused)
    func `what cannot be is refused in one sentence, before any key is made`(change: [String: String?], reason: String)
        async throws
    {
        await #expect(throws: StorageRegionError(region: "eu-central", reason: reason)) { try await open(change) }
        #expect(folder.files.isEmpty)
    }

    @Test func `a region whose key file is lost does not open, and no error shows a URL`() async throws {
        do {
            _ = try await open(firstStart: false)
            Issue.record("opened without a key")
        } catch {
            #expect("\(error)".contains("key-encryption-keys.json is missing"))
            #expect(!"\(error)".contains("hunter2") && !"\(error)".contains("\n"))
        }
    }

    @Test func `health is that of the key file`() async throws {
        let region = try await open()
        #expect(await region.health().state == .healthy)
        try FileManager.default.removeItem(atPath: "\(folder.path)/keys/key-encryption-keys.json")
        #expect(await region.health().state == .unavailable)
    }

    @Test func `every URL is a secret, nothing leaves, and each key of the schema says what it is`() {
        let plugin = SelfHosted()
        #expect(plugin.manifest.dataFlows.isEmpty)
        #expect(plugin.regionSchema.fields.filter(\.secret).map(\.key) == ["owner_url", "app_url", "worker_url"])
        #expect(plugin.regionSchema.fields.allSatisfy { $0.help.hasSuffix(".") })
    }
}
