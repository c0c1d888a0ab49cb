import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

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
        let isRehearsal = fields.bool("dry_run", default: false)
        try fields.finish()
        let new = NewChannel(plugin: plugin, configuration: configuration, ingress: ingress)
        if isRehearsal {
            return try await installation.channels.rehearse(try scope.id("tenant"), new).json.response()
        }
        let connected = try await installation.channels.connect(try scope.id("tenant"), new, cause)
        return connected.channel.json(publicURL: publicURL, connection: connected.report)
            .response(status: 201, revision: connected.channel.revision)
    }

    @Sendable func readChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let channel = try await installation.channels.find(try scope.id("tenant"), try scope.id("channel"))
        return channel.json(publicURL: publicURL).response(revision: channel.revision)
    }

    @Sendable func changeChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let change = ChannelChange(
            configuration: fields.optionalTexts("configuration"), ingress: fields.optionalTexts("ingress"),
            overlapMinutes: fields.integer(
                "overlap_minutes", ChannelChange.overlaps, default: ChannelChange.usualOverlap))
        try fields.finish()
        let channel = try await installation.channels.update(
            try scope.id("tenant"), try scope.id("channel"), change, try request.expected(), cause)
        return channel.json(publicURL: publicURL).response(revision: channel.revision)
    }

    @Sendable func channelHealth(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let (tenant, channel): (TenantID, ChannelID) = (try scope.id("tenant"), try scope.id("channel"))
        let isCached = try request.flag("cached")
        let health =
            isCached
            ? try await installation.channels.lastHealth(tenant, channel)
            : try await installation.channels.health(tenant, channel)
        return health.json.response()
    }

    @Sendable func startChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.channels.start(try scope.id("tenant"), try scope.id("channel"), cause)
            .json(publicURL: publicURL).response()
    }

    @Sendable func disconnectChannel(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reason = fields.reason()
        try fields.finish()
        let gone = try await installation.channels.disconnect(
            try scope.id("tenant"), try scope.id("channel"), cause.because(reason))
        return gone.channel.json(publicURL: publicURL, connection: gone.report).response()
    }

    @Sendable func moveChannel(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let target = fields.id("tenant", TenantID.self)
        if target == nil, fields.problems.isEmpty { fields.complain("tenant", "this is missing; give a tenant's id") }
        let reason = fields.reason()
        try fields.finish()
        guard let target else { throw PlatformError.notFound("tenant") }
        return try await asked(
            try await installation.askToMove(
                try scope.id("channel"), of: try scope.id("tenant"), to: target, reason: reason, cause))
    }

    @Sendable func listUnroutable(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.channels.unroutable(try request.page())) { $0.json }.response()
    }

    @Sendable func listRegions(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var regions: [JSON] = []
        for region in installation.regions {
            let place = region.jurisdiction.at(Date())
            regions.append([
                "id": .string(region.id), "country": .string(place.country), "place": .string(place.place),
                "operator": .string(place.operator), "operator_parent": .optional(place.operatorParent),
                "operator_parent_country": .optional(place.operatorParentCountry),
                "sub_processors": .array(place.subProcessors.map { .string($0) }),
                "coming_sub_processors": .array(
                    place.comingSubProcessors.map { ["name": .string($0.name), "from": .string($0.day)] }),
                "shards": .array(region.shards.map { .string($0.id) }), "health": await region.health().json,
            ])
        }
        return JSON.list(regions).response()
    }

    @Sendable func listPlugins(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(installation.plugins.manifests.map { $0.manifest.json(kind: $0.kind) }).response()
    }
}

extension ComingSubProcessor {
    /// `YYYY-MM-DD`.
    var day: String { String(Timestamp.text(from).prefix(10)) }
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

extension RequestFields {
    /// - Returns: the fallback, with a complaint, for what is none or lies outside.
    mutating func integer(_ name: String, _ range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let value = value(name) else { return fallback }
        guard case .number(let text) = value, let number = JSONNumber.integer(text), range.contains(number) else {
            complain(name, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }
}

extension Request {
    /// `?name=true`.
    func flag(_ name: String) throws -> Bool {
        switch uri.queryParameters[Substring(name)] {
        case nil, "false": false
        case "true": true
        default: throw PlatformError.invalid(name, "can be true or false")
        }
    }
}
