public import PluginKit

/// A storage region on machines that the provider runs itself: PostgreSQL, a folder for media, and a key file.
public struct SelfHosted: StorageRegionPlugin {
    public init() {}

    public var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.self-hosted", name: "self-hosted", version: "1.0.0",
            summary: "PostgreSQL, files and a key file on the provider's own machines.",
            capabilities: ["database-shards", "media-files", "key-file"],
            // Nothing leaves the provider.
            dataFlows: [])
    }

    public var regionSchema: ConfigurationSchema {
        ConfigurationSchema([
            .init(
                "data_folder", help: "Folder of the region's key file and media; only the server's user may read it."),
            .init(
                "shards", .list, required: false,
                help: "Names of the database shards, separated by commas; <region>-1 when absent."),
            .init(
                "owner_url", required: false, secret: true,
                help: "Connection URL as obhut_owner, one for each shard, separated by blanks; for obhut migrate alone."
            ),
            .init(
                "app_url", secret: true, help: "Connection URL as obhut_app, one for each shard, separated by blanks."),
            .init(
                "worker_url", secret: true,
                help: "Connection URL as obhut_worker, one for each shard, separated by blanks."),
            .init("country", help: "ISO 3166-1 alpha-2 code of the country the machines stand in; must be in the EEA."),
            .init("place", help: "City or data centre."),
            .init("operator", help: "Who runs the machines."),
            .init("operator_parent", required: false, help: "The operator's parent company, if any."),
            .init("operator_parent_country", required: false, help: "That company's country, ISO 3166-1 alpha-2."),
            .init(
                "sub_processors", .list, required: false,
                help:
                    "Others that can reach the data, separated by commas. NAME from YYYY-MM-DD announces one that is not there yet."
            ),
        ])
    }

    public func open(
        id: String, configuration: PluginConfiguration, firstStart: Bool
    ) async throws(StorageRegionError) -> any StorageRegion {
        func refuse(_ reason: String) -> StorageRegionError { StorageRegionError(region: id, reason: reason) }
        let others = try SubProcessors(configuration.list("sub_processors"), region: id)
        let jurisdiction = Jurisdiction(
            country: configuration.text("country") ?? "", place: configuration.text("place") ?? "",
            operator: configuration.text("operator") ?? "", operatorParent: configuration.text("operator_parent"),
            operatorParentCountry: configuration.text("operator_parent_country"),
            subProcessors: others.present, comingSubProcessors: others.coming)
        guard jurisdiction.isInEEA else {
            throw refuse(
                "country \"\(jurisdiction.country)\" is not in the European Economic Area; data of tenants may not be held there (Art. 44 ff. GDPR)"
            )
        }
        guard let folder = configuration.text("data_folder") else { throw refuse("data_folder is missing") }
        let shards = try Self.shards(id, configuration)
        let keys = try KeyFile.open(path: "\(folder)/keys/key-encryption-keys.json", owner: id, firstStart: firstStart)
        return SelfHostedRegion(id: id, jurisdiction: jurisdiction, shards: shards, folder: folder, keys: keys)
    }

    private static func shards(_ id: String, _ configuration: PluginConfiguration) throws(StorageRegionError)
        -> [ShardAddress]
    {
        var names = configuration.list("shards")
        if names.isEmpty { names = ["\(id)-1"] }
        func urls(_ key: String) throws(StorageRegionError) -> [Secret<String>] {
            let urls = (configuration.text(key) ?? "").split(separator: " ").map { Secret(String($0)) }
            guard urls.count == names.count else {
                throw StorageRegionError(
                    region: id, reason: "\(key) has \(urls.count) URLs for \(names.count) shards; give one each")
            }
            return urls
        }
        let apps = try urls("app_url")
        let workers = try urls("worker_url")
        return names.indices.map {
            ShardAddress(id: names[$0], appURL: apps[$0], workerURL: workers[$0])
        }
    }
}

struct SelfHostedRegion: StorageRegion {
    let id: String
    let jurisdiction: Jurisdiction
    let shards: [ShardAddress]
    let folder: String
    let keys: KeyFile

    var keyStore: any KeyStore { keys }
    var mediaStore: any MediaStore { MediaFolder(region: id, folder: "\(folder)/media") }

    func health() async -> HealthReport {
        let isSame = keys.isUnchangedOnDisk()
        return HealthReport([
            .init(
                name: "key_file", state: isSame ? .healthy : .unavailable,
                detail: isSame
                    ? "The key file is in place."
                    : "The key file is missing or changed; restore it before the server is started again.")
        ])
    }
}
