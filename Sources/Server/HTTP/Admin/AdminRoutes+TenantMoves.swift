import Hummingbird
import Platform
import PluginKit

/// Where a tenant lives, and its way to another place: asked for by one member of staff, approved by another.
extension AdminRoutes {
    @Sendable func readPlace(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.moves.place(of: try scope.id("tenant")).json.response()
    }

    @Sendable func changeRegion(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let region = fields.text("region")
        let shard = fields.optionalText("shard")
        let reason = fields.reason()
        let (target, place) = (RegionID(rawValue: region), shard.flatMap(ShardID.init(rawValue:)))
        if target == nil, fields.problems.isEmpty { fields.complain("region", "there is no such region here") }
        if shard != nil, place == nil { fields.complain("shard", "the region has no such shard") }
        try fields.finish()
        guard let target else { throw PlatformError.notFound("region") }
        return try await asked(
            try await installation.askToChangeRegion(
                try scope.id("tenant"), to: target, shard: place, reason: reason, cause))
    }

    @Sendable func cancelMove(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reason = fields.reason()
        try fields.finish()
        return try await installation.moves.cancel(try scope.id("tenant"), reason: reason, cause).json.response()
    }

    @Sendable func readMoveCertificate(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        try await installation.moves.certificate(of: try scope.id("tenant")).json.response()
    }
}

extension TenantPlace {
    var json: JSON {
        [
            "region": .string(tenant.region.rawValue), "shard": .string(tenant.shard.rawValue),
            "move": move?.json ?? .null,
        ]
    }
}

extension TenantMove {
    var json: JSON {
        .object(
            JSONObject([
                ("id", .id(id)), ("state", .string(state.rawValue)), ("from", from.json), ("to", to.json),
                ("approval_id", .id(approval)), ("created_at", .time(createdAt)), ("held_at", .time(heldAt)),
                ("copied_at", .time(copiedAt)), ("switched_at", .time(switchedAt)), ("ended_at", .time(endedAt)),
                ("cancel_asked_at", .time(cancelAskedAt)), ("failure", .optional(failure)),
                (
                    "rows",
                    rows.map { rows in
                        .object(JSONObject(rows.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) }))
                    } ?? .null
                ),
            ]))
    }
}

extension TenantMove.Place {
    fileprivate var json: JSON { ["region": .string(region.rawValue), "shard": .string(shard.rawValue)] }
}
