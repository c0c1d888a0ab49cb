import HTTPTypes
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

extension AdminRoutes {
    @Sendable func listStaff(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.staff.list().map(\.json)).response()
    }

    @Sendable func addStaff(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let (email, name) = (fields.text("email"), fields.text("name"))
        let roles = fields.roles("roles") ?? []
        if fields.problems.isEmpty, roles.isEmpty {
            fields.complain("roles", "this is missing; give at least one role")
        }
        let language = fields.language("language") ?? .german
        try fields.finish()
        let member = try await installation.staff.add(
            NewStaffMember(email: Personal(email), displayName: Personal(name), roles: roles, language: language), cause
        )
        return member.response(status: 201)
    }

    @Sendable func readStaff(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.staff.find(try scope.id("member")).response()
    }

    @Sendable func changeStaff(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let word = fields.optionalText("state")
        let state = word.flatMap(StaffMember.State.init(rawValue:))
        if word != nil, state == nil { fields.complain("state", "can be active or disabled") }
        let change = StaffChange(
            displayName: fields.optionalText("name").map { Personal($0) }, roles: fields.roles("roles"), state: state,
            language: fields.language("language"))
        try fields.finish()
        return try await installation.staff.change(
            try scope.id("member"), change, revision: try request.staffRevision(), cause
        ).response()
    }

    @Sendable func listRoles(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(
            Role.allCases.map {
                ["role": .string($0.rawValue), "permissions": Self.json($0.permissions)]
            }
        ).response()
    }

    static func json(_ permissions: Set<Permission>) -> JSON {
        .array(permissions.map(\.rawValue).sorted().map { .string($0) })
    }

    // MARK: - Tokens

    @Sendable func listStaffTokens(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await tokens(of: try await installation.staff.find(try scope.id("member")).id)
    }

    @Sendable func issueStaffToken(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await issue(request, for: try scope.id("member"), cause)
    }

    @Sendable func revokeStaffToken(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response
    {
        try await installation.adminTokens.revoke(try scope.id("staff_token"), of: try scope.id("member"), cause)
        return Response(status: .noContent)
    }

    func tokens(of member: StaffID) async throws -> Response {
        let now = Date()
        return JSON.list(try await installation.adminTokens.list(of: member).map { .object($0.json(at: now)) })
            .response()
    }

    func issue(_ request: Request, for member: StaffID, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let label = fields.text("label")
        let end = fields.time("expires_at") ?? Date(timeIntervalSinceNow: 90 * 86_400)
        try fields.finish()
        let (token, text) = try await installation.adminTokens.issue(
            for: member, label: label, expiresAt: end, atMost: AdminTokenService.longest, cause)
        var json = token.json(at: Date())
        json["token"] = .string(text.revealed)
        return JSON.object(json).response(status: 201)
    }
}

extension RequestFields {
    fileprivate mutating func roles(_ name: String) -> Set<Role>? {
        guard let value = value(name) else { return nil }
        let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
        guard let words = value.array, !words.isEmpty else {
            complain(name, "give an array of one or more of \(known)")
            return nil
        }
        let roles = words.compactMap { $0.string.flatMap(Role.init(rawValue:)) }
        if roles.count != words.count { complain(name, "can hold \(known)") }
        return Set(roles)
    }

    fileprivate mutating func language(_ name: String) -> StaffMember.Language? {
        guard let word = optionalText(name) else { return nil }
        let language = StaffMember.Language(rawValue: word)
        if language == nil { complain(name, "can be de or en") }
        return language
    }
}

extension Request {
    /// The revision in `If-Match`; nil for any.
    fileprivate func staffRevision() throws -> Int? {
        guard let tag = headers[.ifMatch], tag != "*" else { return nil }
        // A tag that we never gave fits nothing.
        return tag.hasPrefix("\"r") && tag.hasSuffix("\"") ? Int(tag.dropFirst(2).dropLast()) ?? -1 : -1
    }
}

extension StaffMember {
    var fields: JSONObject {
        JSONObject([
            ("id", .id(id)), ("email", .string(email.revealed)), ("name", .string(displayName.revealed)),
            ("roles", .array(roles.map(\.rawValue).sorted().map { .string($0) })), ("state", .string(state.rawValue)),
            ("language", .string(language.rawValue)), ("revision", .int(revision)), ("created_at", .time(createdAt)),
        ])
    }

    var json: JSON { .object(fields) }

    fileprivate func response(status: Int = 200) -> Response {
        var response = json.response(status: status)
        response.headers[.eTag] = "\"r\(revision)\""
        return response
    }
}

extension AdminToken {
    fileprivate func json(at now: Date) -> JSONObject {
        JSONObject([
            ("id", .id(id)), ("label", .string(label)), ("prefix", .string(prefix)),
            ("state", .string(state(at: now).rawValue)), ("created_at", .time(createdAt)),
            ("expires_at", .time(expiresAt)), ("revoked_at", .time(revokedAt)), ("last_used_at", .time(lastUsedAt)),
        ])
    }
}
