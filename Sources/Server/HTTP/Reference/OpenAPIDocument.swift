import HTTPTypes
import Platform
import PluginKit

/// The OpenAPI 3.1 document of all operations.
struct OpenAPIDocument: Sendable {
    let operations: [Operation]
    let publicURL: String

    var json: JSON {
        var paths = JSONObject()
        for operation in operations {
            var item = paths[operation.path]?.object ?? JSONObject()
            item[operation.method.rawValue.lowercased()] = describe(operation)
            paths[operation.path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Obhut", "version": .string(ObhutVersion.text),
                "summary": "A multi-tenant WhatsApp Business Solution Provider platform for Europe.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(publicURL)]],
            "tags": .array(
                OperationTag.allCases.map { ["name": .string($0.rawValue), "description": .string($0.help)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(JSONObject(Schemas.all.map { ($0.name, $0.schema.json) })),
                "securitySchemes": .object(JSONObject(Self.securitySchemes)),
            ],
        ]
    }

    private static let securitySchemes: [(String, JSON)] = [
        (
            "staffToken",
            ["type": "http", "scheme": "bearer", "description": "A staff member's token, `oba_…`."]
        ),
        ("tenantKey", ["type": "http", "scheme": "bearer", "description": "A tenant's API key, `obk_…`."]),
        ("metricsToken", ["type": "http", "scheme": "bearer", "description": "`metrics.token` of the configuration."]),
    ]

    func describe(_ operation: Operation) -> JSON {
        let reference = operation.reference
        var json = JSONObject([
            ("operationId", .string(reference.id)), ("summary", .string(reference.summary)),
            ("tags", [.string(OperationTag(operation).rawValue)]),
        ])
        let words = [reference.detail, callerText(operation.caller)].compactMap { $0 }
        json["description"] = .string(words.joined(separator: "\n\n"))
        json["security"] = security(operation.caller)
        json["x-obhut-access"] = access(operation.caller)
        let parameters = parameters(of: operation)
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        if let body = reference.body {
            json["requestBody"] = [
                "required": .bool(!reference.isBodyOptional),
                "content": ["application/json": ["schema": body.json]],
            ]
        }
        if !reference.fileTypes.isEmpty {
            let content = reference.fileTypes.map { ($0, JSON.object(JSONObject([("schema", Schema.text().json)]))) }
            json["requestBody"] = ["required": true, "content": .object(JSONObject(content))]
        }
        json["responses"] = .object(responses(of: operation))
        return .object(json)
    }

    private func callerText(_ caller: Operation.Caller) -> String {
        switch caller {
        case .anyone: "Anybody may call it."
        case .messenger: "For the messenger, by its signature."
        case .link: "For whoever has the signed link."
        case .watcher: "Needs `metrics.token`, or staff with `\(Permission.installationRead.rawValue)`."
        case .tenant(let scope): "Needs a key with the scope `\(scope.rawValue)`."
        case .staff(let permission): "Needs staff with the permission `\(permission.rawValue)`."
        }
    }

    /// The same for programs: who may call it, by the permission of staff or the scope of a key.
    private func access(_ caller: Operation.Caller) -> JSON {
        switch caller {
        case .anyone: ["caller": "anyone"]
        case .messenger: ["caller": "messenger"]
        case .link: ["caller": "link"]
        case .watcher: ["caller": "watcher", "permission": .string(Permission.installationRead.rawValue)]
        case .tenant(let scope): ["caller": "tenant", "scope": .string(scope.rawValue)]
        case .staff(let permission): ["caller": "staff", "permission": .string(permission.rawValue)]
        }
    }

    private func security(_ caller: Operation.Caller) -> JSON {
        switch caller {
        case .anyone, .messenger, .link: []
        case .watcher: [["metricsToken": []], ["staffToken": []]]
        case .tenant: [["tenantKey": []]]
        case .staff: [["staffToken": []]]
        }
    }

    private func parameters(of operation: Operation) -> [JSON] {
        let path = operation.pathParameters.map { name in
            parameter(name, in: "path", Self.pathSchema(name), isRequired: true, help: nil)
        }
        let query = operation.reference.query.map {
            parameter($0.name, in: "query", $0.schema, isRequired: $0.isRequired, help: $0.help)
        }
        var headers: [JSON] = []
        if operation.reference.takesIdempotencyKey {
            headers.append(
                parameter(
                    "Idempotency-Key", in: "header", .text(1...255, pattern: "^[!-~]+$"), isRequired: false,
                    help: "Repeating the request with the same key changes nothing and gives the first answer again."))
        }
        if operation.reference.isVersioned, operation.method == .get {
            headers.append(
                parameter(
                    "If-None-Match", in: "header", Self.tag, isRequired: false,
                    help: "The ETag last seen: when it is still the same, the answer is 304."))
        }
        if operation.reference.isVersioned, operation.changes {
            headers.append(
                parameter(
                    "If-Match", in: "header", Self.tag, isRequired: false,
                    help: "The ETag last seen: when it was changed since, nothing is done and the answer is 412."))
        }
        return path + query + headers
    }

    private static let tag = Schema.text(pattern: "^(\\*|\"[0-9a-zA-Z_-]+\")$")

    private func parameter(_ name: String, in place: String, _ schema: Schema, isRequired: Bool, help: String?) -> JSON
    {
        var json = JSONObject([("name", .string(name)), ("in", .string(place)), ("required", .bool(isRequired))])
        json["description"] = help.map { .string($0) }
        json["schema"] = schema.json
        return .object(json)
    }

    /// Of the names in templates; all others are ids.
    private static func pathSchema(_ name: String) -> Schema {
        switch name {
        case "plugin": .text(1...64, pattern: "^[a-z0-9-]+$")
        case "version": .text(pattern: "^v[0-9]{1,3}\\.0$", example: "v23.0")
        case "number": .text(pattern: "^[0-9]{1,32}$")
        case "chain": .text(pattern: "^(control|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
        case "file": .oneOf(AgreementFileKind.allCases.map(\.rawValue))
        case "link": .text(1...2048, pattern: "^[A-Za-z0-9_.-]+$")
        case "region": .region
        case "purpose": .text(1...64, pattern: TermsText.purposePattern, example: "service")
        case "setup_version": .text(pattern: "^[1-9][0-9]{0,8}$", example: "1")
        case "asset": .text(1...128, pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]*$", example: "widget.js")
        case "part", "item": .text(1...128, pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]*$", example: "agree")
        case "name": .textName
        case "n": .integer(AgreementTextFiles.versions)
        default: .id
        }
    }

    // MARK: - Answers

    private func responses(of operation: Operation) -> JSONObject {
        var all = JSONObject()
        for answer in operation.reference.answers {
            var response = JSONObject([("description", .string(Self.words(for: answer)))])
            if let type = answer.contentType, let schema = answer.schema {
                var content = JSONObject([(type, ["schema": schema.json])])
                // The route's own words for it, or a problem when it did not come to that.
                if answer.status >= 400 {
                    content["application/problem+json"] = ["schema": Schema.named("Problem").json]
                }
                response["content"] = .object(content)
            }
            if operation.reference.isVersioned, (200...201).contains(answer.status) {
                response["headers"] = ["ETag": ["schema": ["type": "string"]]]
            }
            all[String(answer.status)] = .object(response)
        }
        if operation.reference.isVersioned, operation.method == .get {
            all["304"] = ["description": "It is as the caller has it."]
        }
        let (type, schema) =
            CloudAPIErrors.isTemplate(operation.path)
            ? ("application/json", Schema.named("MetaError")) : ("application/problem+json", Schema.named("Problem"))
        let problem = JSONObject([("application/problem+json", ["schema": Schema.named("Problem").json])])
        for status in Self.problems(of: operation).sorted() where all[String(status)] == nil {
            // A path that is none of Meta's shape is told in ours.
            let content = status == 404 ? problem : JSONObject([(type, ["schema": schema.json])])
            all[String(status)] = [
                "description": .string(Problem.title(of: status)), "content": .object(content),
            ]
        }
        return all
    }

    private static func words(for answer: OperationReference.Answer) -> String {
        if answer.status >= 400 { return Problem.title(of: answer.status) }
        return answer.schema == nil ? "Done." : "All is well."
    }

    /// What every such route can answer besides.
    static func problems(of operation: Operation) -> Set<Int> {
        var statuses = operation.reference.problems.union([400, 408, 414, 431, 500, 503])
        switch operation.caller {
        case .anyone: break
        case .messenger: statuses.formUnion([401, 404])
        case .link: statuses.formUnion([404, 410])
        case .watcher, .tenant, .staff: statuses.formUnion([401, 403])
        }
        // What messengers call is not limited, and has query parameters of its own.
        if !operation.path.hasPrefix("/ingress/") { statuses.formUnion([422, 429]) }
        if !operation.pathParameters.isEmpty { statuses.insert(404) }
        if operation.reference.body != nil || !operation.reference.query.isEmpty { statuses.insert(422) }
        if operation.reference.body != nil { statuses.formUnion([413, 415]) }
        if operation.reference.takesIdempotencyKey { statuses.formUnion([409, 422]) }
        if operation.reference.isVersioned, operation.changes { statuses.insert(412) }
        return statuses
    }
}

/// Chapters of the reference.
enum OperationTag: String, CaseIterable {
    case admin = "Admin"
    case tenant = "Tenant"
    case cloudAPI = "Cloud API"
    case ingress = "Ingress"
    case consentSources = "Consent sources"
    case installation = "Health and reference"

    init(_ operation: Operation) {
        switch operation.path.split(separator: "/").first {
        case "admin": self = .admin
        case "api": self = .tenant
        case "ingress": self = .ingress
        case "s", "sources": self = .consentSources
        case .some(let part) where part.hasPrefix("{"): self = .cloudAPI
        default: self = .installation
        }
    }

    var help: String {
        switch self {
        case .admin: "For the provider's staff."
        case .tenant: "For a tenant's integration."
        case .cloudAPI: "In the shape of Meta's Cloud API: for clients that were made for it."
        case .ingress: "Where messengers post."
        case .consentSources: "What tenants' pages load and ask, where people agree."
        case .installation: "For load balancers, monitoring and readers."
        }
    }
}

/// What this build calls itself.
enum ObhutVersion {
    static let text = "0.2.0"
}
