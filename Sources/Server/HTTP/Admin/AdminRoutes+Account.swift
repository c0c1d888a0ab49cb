import Hummingbird
import Platform
import PluginKit

/// What every member does for themselves.
extension AdminRoutes {
    @Sendable func readAccount(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let member = try await installation.staff.find(try Self.own(cause))
        var json = member.fields
        json["permissions"] = Self.json(member.roles.permissions)
        return JSON.object(json).response()
    }

    @Sendable func listOwnTokens(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await tokens(of: try Self.own(cause))
    }

    @Sendable func issueOwnToken(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await issue(request, for: try Self.own(cause), cause)
    }

    @Sendable func revokeOwnToken(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.adminTokens.revoke(try scope.id("staff_token"), of: try Self.own(cause), cause)
        return Response(status: .noContent)
    }

    @Sendable func listSessions(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.sessions.list(of: try Self.own(cause)).map(\.json)).response()
    }

    @Sendable func endSession(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.sessions.end(try scope.id("session"), of: try Self.own(cause), cause)
        return Response(status: .noContent)
    }

    private static func own(_ cause: Cause) throws -> StaffID {
        guard let member = cause.staff else { throw PlatformError.notFound("member of staff") }
        return member
    }
}

extension ConsoleSession {
    fileprivate var json: JSON {
        [
            "id": .id(id), "method": .string(method.rawValue), "agent": .optional(agent?.revealed),
            "started_at": .time(startedAt), "last_seen_at": .time(lastSeenAt),
        ]
    }
}
