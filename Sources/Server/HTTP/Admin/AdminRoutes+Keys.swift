import Hummingbird
import Outbound
import Platform
import PluginKit

// Tenants' API keys.
extension AdminRoutes {
    @Sendable func listKeys(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.apiKeys.list(try scope.id("tenant")).map(\.json)).response()
    }

    @Sendable func readKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let key = try await installation.apiKeys.find(try scope.id("tenant"), try scope.id("key"))
        return key.json.response(revision: key.revision)
    }

    @Sendable func issueKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let label = fields.text("label")
        let scopes = fields.scopes("scopes")
        let expiresAt = fields.time("expires_at")
        let addresses = fields.addresses("allowed_addresses")
        try fields.finish()
        let new = NewAPIKey(label: label, scopes: scopes, expiresAt: expiresAt, allowedAddresses: addresses ?? [])
        return Self.issued(try await installation.apiKeys.issue(try scope.id("tenant"), new, cause))
    }

    @Sendable func changeKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let change = APIKeyChange(
            label: fields.optionalText("label"), allowedAddresses: fields.addresses("allowed_addresses"))
        try fields.finish()
        let key = try await installation.apiKeys.change(
            try scope.id("tenant"), try scope.id("key"), change, try request.expected(), cause)
        return key.json.response(revision: key.revision)
    }

    @Sendable func rotateKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let hours = fields.integer("overlap_hours", 0...APIKeyRotation.longestOverlapHours)
        let expiresAt = fields.time("expires_at")
        try fields.finish()
        let rotation = APIKeyRotation(overlapHours: hours, expiresAt: expiresAt)
        return Self.issued(
            try await installation.apiKeys.rotate(try scope.id("tenant"), try scope.id("key"), rotation, cause))
    }

    @Sendable func revokeKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.apiKeys.revoke(
            try scope.id("tenant"), try scope.id("key"), try request.expected(), cause)
        return Response(status: .noContent)
    }

    private static func issued(_ issued: (key: APIKey, token: Secret<String>)) -> Response {
        var json = issued.key.json.object ?? JSONObject()
        json["token"] = .string(issued.token.revealed)
        return JSON.object(json).response(status: 201, revision: issued.key.revision)
    }
}

extension RequestFields {
    fileprivate mutating func scopes(_ name: String) -> Set<Scope> {
        guard let words = value(name)?.array, !words.isEmpty else {
            complain(name, "give an array of at least one scope")
            return []
        }
        let scopes = words.compactMap { $0.string.flatMap(Scope.init(rawValue:)) }
        if scopes.count < words.count {
            complain(name, "can hold \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return Set(scopes)
    }

    /// - Returns: nil when it is missing.
    fileprivate mutating func addresses(_ name: String) -> [AddressBlock]? {
        guard let value = value(name) else { return nil }
        guard let texts = value.array else {
            complain(name, "expected an array, found \(value.kind)")
            return nil
        }
        guard texts.count <= APIKey.addressLimit else {
            complain(name, "give at most \(APIKey.addressLimit)")
            return nil
        }
        return texts.enumerated().compactMap { index, text in
            let block = text.string.flatMap { AddressBlock($0) }
            if block == nil {
                complain("\(name)[\(index)]", "give an address or a range of IPv4 or IPv6, such as 192.0.2.0/24")
            }
            return block
        }
    }
}

extension APIKey {
    var json: JSON {
        [
            "id": .id(id), "label": .string(label), "prefix": .string(prefix),
            "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            "allowed_addresses": .array(allowedAddresses.map { .string($0.description) }),
            "created_at": .time(createdAt), "expires_at": .time(expiresAt), "revoked_at": .time(revokedAt),
            "last_used_at": .time(lastUsedAt), "replaces": .optional(replaces?.description),
            "replaced_by": .optional(replacedBy?.description), "revision": .int(revision),
        ]
    }
}
