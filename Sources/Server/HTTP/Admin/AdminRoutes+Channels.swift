import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    @Sendable func listChannels(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.channels.list(try scope.id("tenant")).map { $0.json(publicURL: publicURL) })
            .response()
    }

    @Sendable func connectChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let plugin = fields.text("plugin")
        let configuration = fields.texts("configuration")
        let ingress = fields.texts("ingress")
        try fields.finish()
        let channel = try await installation.channels.connect(
            try scope.id("tenant"), NewChannel(plugin: plugin, configuration: configuration, ingress: ingress))
        return channel.json(publicURL: publicURL).response(status: 201, revision: channel.revision)
    }

    @Sendable func readChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let channel = try await installation.channels.find(try scope.id("tenant"), try scope.id("channel"))
        return channel.json(publicURL: publicURL).response(revision: channel.revision)
    }

    @Sendable func changeChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let change = ChannelChange(
            configuration: fields.optionalTexts("configuration"), ingress: fields.optionalTexts("ingress"))
        try fields.finish()
        let channel = try await installation.channels.update(
            try scope.id("tenant"), try scope.id("channel"), change, try request.expected())
        return channel.json(publicURL: publicURL).response(revision: channel.revision)
    }

    @Sendable func channelHealth(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.channels.health(try scope.id("tenant"), try scope.id("channel")).json.response()
    }

    @Sendable func startChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.channels.start(try scope.id("tenant"), try scope.id("channel"), cause).json(
            publicURL: publicURL
        ).response()
    }

    @Sendable func listUnroutable(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.channels.unroutable(try request.page())) { $0.json }.response()
    }

    @Sendable func listRegions(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var regions: [JSON] = []
        for region in installation.regions {
            let place = region.jurisdiction
            regions.append([
                "id": .string(region.id), "country": .string(place.country), "place": .string(place.place),
                "operator": .string(place.operator), "operator_parent": .optional(place.operatorParent),
                "operator_parent_country": .optional(place.operatorParentCountry),
                "sub_processors": .array(place.subProcessors.map { .string($0) }),
                "shards": .array(region.shards.map { .string($0.id) }), "health": await region.health().json,
            ])
        }
        return JSON.list(regions).response()
    }

    @Sendable func listPlugins(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(installation.plugins.manifests.map { $0.manifest.json(kind: $0.kind) }).response()
    }
}

extension PluginManifest {
    func json(kind: String) -> JSON {
        [
            "kind": .string(kind), "id": .string(id), "name": .string(name), "version": .string(version),
            "kit_version": .string(kitVersion), "summary": .string(summary),
            "capabilities": .array(capabilities.map { .string($0) }), "data_flows": .array(dataFlows.map(\.json)),
        ]
    }
}

extension DataFlow {
    var json: JSON {
        [
            "id": .string(id), "recipient": .string(recipient), "countries": .array(countries.map { .string($0) }),
            "data_categories": .array(dataCategories.map { .string($0) }), "purpose": .string(purpose),
            "legal_basis": .string(legalBasis), "transfer_mechanism": .optional(transferMechanism),
            "retention": .string(retention),
        ]
    }
}
