import PluginKit
import Testing

@Suite struct PluginRegistryTests {
    /// A plugin of two kinds that only has a manifest.
    struct Blank: ConsentSourcePlugin, StorageRegionPlugin {
        var manifest: PluginManifest
        var schema: ConfigurationSchema { ConfigurationSchema([]) }
        var regionSchema: ConfigurationSchema { schema }

        func open(id: String, configuration: PluginConfiguration, firstStart: Bool) async throws(StorageRegionError)
            -> any StorageRegion
        {
            throw StorageRegionError(region: id, reason: "blank")
        }

        func consentEvent(from submission: ConsentSubmission) throws(ConsentRefusal) -> ConsentEventDraft {
            throw ConsentRefusal(field: "", problem: "blank")
        }
    }

    static func flow(_ change: (inout DataFlow) -> Void = { _ in }) -> DataFlow {
        var flow = DataFlow(
            id: "delivery", recipient: "Somebody", countries: ["DE", "IE"], dataCategories: ["content"],
            purpose: "Delivery",
            legalBasis: "Art. 6(1)(a) GDPR", transferMechanism: nil, retention: "none")
        change(&flow)
        return flow
    }

    static func manifest(_ name: String = "blank", _ change: (inout PluginManifest) -> Void = { _ in })
        -> PluginManifest
    {
        var manifest = PluginManifest(
            id: "eu.obhut.\(name)", name: name, version: "1.0.0", summary: "Blank.", capabilities: [], dataFlows: [])
        change(&manifest)
        return manifest
    }

    private func refusal(_ manifest: PluginManifest, after earlier: [PluginManifest] = []) -> String? {
        var registry = PluginRegistry()
        do {
            for known in earlier { try registry.register(consentSource: Blank(manifest: known)) }
        } catch {
            Issue.record("\(error)")
        }
        let before = registry.manifests.map(\.manifest)
        do throws(PluginRefusal) {
            try registry.register(consentSource: Blank(manifest: manifest))
            #expect(registry.consentSources[manifest.name]?.manifest == manifest)
            return nil
        } catch {
            #expect(error.plugin == manifest.id)
            #expect(error.description == "plugin \(manifest.id) cannot be used: \(error.reason)")
            #expect(registry.manifests.map(\.manifest) == before)
            return error.reason
        }
    }

    static let taken: [PluginManifest] = [
        manifest(), manifest("a"), manifest("whatsapp-cloud-2"), manifest { $0.kitVersion = "1.99.7" },
        manifest { $0.kitVersion = "1" },
        manifest { $0.dataFlows = [flow()] },
        manifest {
            $0.dataFlows = [
                flow {
                    $0.countries = ["IE", "US"]
                    $0.transferMechanism = "Adequacy decision (EU) 2023/1795"
                }, flow { $0.id = "backup" },
            ]
        },
    ]

    @Test(arguments: taken)
    func `a plugin with a manifest in order is taken`(manifest: PluginManifest) {
        #expect(refusal(manifest) == nil)
        #expect(refusal(manifest, after: [Self.manifest("other")]) == nil)
    }

    static let faults: [(PluginManifest, String)] = [
        (manifest { $0.name = "" }, #"its name "" may have only a-z, 0-9 and -"#),
        (manifest { $0.name = "Blank" }, #"its name "Blank" may have only a-z, 0-9 and -"#),
        (manifest { $0.name = "bl ank" }, #"its name "bl ank" may have only a-z, 0-9 and -"#),
        (manifest { $0.name = "bl_ank" }, #"its name "bl_ank" may have only a-z, 0-9 and -"#),
        (manifest { $0.name = "../blank" }, #"its name "../blank" may have only a-z, 0-9 and -"#),
        (manifest { $0.name = "blänk" }, #"its name "blänk" may have only a-z, 0-9 and -"#),
        (manifest { $0.id = "" }, "its id is not in reverse-DNS form"),
        (manifest { $0.id = "blank" }, "its id is not in reverse-DNS form"),
        (manifest { $0.id = "eu.blank" }, "its id is not in reverse-DNS form"),
        (manifest { $0.id = "eu..blank" }, "its id is not in reverse-DNS form"),
        (
            manifest { $0.kitVersion = "2.0.0" },
            "it was made for PluginKit 2.0.0, this is \(pluginKitVersion); build it against this one"
        ),
        (
            manifest { $0.kitVersion = "" },
            "it was made for PluginKit , this is \(pluginKitVersion); build it against this one"
        ),
        (
            manifest { $0.kitVersion = "10.0" },
            "it was made for PluginKit 10.0, this is \(pluginKitVersion); build it against this one"
        ),
        (manifest { $0.dataFlows = [flow { $0.countries = [] }] }, #"its data flow "delivery" names no country"#),
        (
            manifest { $0.dataFlows = [flow { $0.countries = ["DE", "US", "IN"] }] },
            #"its data flow "delivery" goes to US, IN without a transfer mechanism (Art. 44 GDPR)"#
        ),
        (
            // An adequacy decision is a transfer mechanism, so even an adequate country needs it named.
            manifest {
                $0.dataFlows = [
                    flow(),
                    flow {
                        $0.id = "backup"; $0.countries = ["CH"]
                    },
                ]
            },
            #"its data flow "backup" goes to CH without a transfer mechanism (Art. 44 GDPR)"#
        ),
        (
            manifest { $0.dataFlows = [flow { $0.countries = ["de"] }] },
            #"its data flow "delivery" goes to de without a transfer mechanism (Art. 44 GDPR)"#
        ),
        (manifest { $0.dataFlows = [flow(), flow()] }, #"it has two data flows with the id "delivery""#),
    ]

    @Test(arguments: faults)
    func `a fault in the manifest is told in one sentence`(manifest: PluginManifest, reason: String) {
        #expect(refusal(manifest) == reason)
    }

    @Test func `a name is taken once among plugins of a kind, an id once among all`() throws {
        let known = Self.manifest()
        #expect(refusal(known, after: [known]) == #"another plugin has the name "blank" already"#)
        #expect(
            refusal(Self.manifest { $0.id = "org.example.blank" }, after: [known])
                == #"another plugin has the name "blank" already"#)
        #expect(
            refusal(Self.manifest("other") { $0.id = known.id }, after: [known])
                == #"another plugin has the id "eu.obhut.blank" already"#)
        #expect(refusal(Self.manifest("other"), after: [known]) == nil)
    }

    @Test func `one plugin may come by two protocols`() throws {
        var registry = PluginRegistry()
        try registry.register(consentSource: Blank(manifest: Self.manifest()))
        try registry.register(storageRegion: Blank(manifest: Self.manifest()))
        #expect(throws: PluginRefusal.self) {
            try registry.register(storageRegion: Blank(manifest: Self.manifest("other") { $0.id = "eu.obhut.blank" }))
        }
        #expect(registry.manifests.count == 2)
    }

    @Test func `manifests are listed by kind and name`() throws {
        var registry = PluginRegistry()
        for name in ["c", "a"] { try registry.register(storageRegion: Blank(manifest: Self.manifest(name))) }
        for name in ["d", "b"] { try registry.register(consentSource: Blank(manifest: Self.manifest(name))) }
        #expect(registry.manifests.map(\.manifest.name) == ["b", "d", "a", "c"])
        #expect(
            registry.manifests.map(\.kind) == ["consent source", "consent source", "storage region", "storage region"])
        #expect(registry.channels.isEmpty)
    }

    @Test func `the EEA is the Union's 27 with Iceland, Liechtenstein and Norway`() {
        #expect(Jurisdiction.eeaCountries.count == 30)
        for country in ["DE", "IE", "IS", "LI", "NO", "HR"] {
            #expect(Jurisdiction(country: country, place: "", operator: "").isInEEA)
        }
        for country in ["CH", "GB", "US", "TR", "de", "EU", ""] {
            #expect(!Jurisdiction(country: country, place: "", operator: "").isInEEA)
        }
    }
}
