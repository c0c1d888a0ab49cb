internal import PluginKit

extension Routes {
    /// `GET /{waba_id}/message_templates?name=&status=&language=&limit=&after=`
    func listTemplates(_ waba: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        _ = try numbers(ofWABA: waba, call)
        let all = sandbox.look { $0.templates[waba, default: []] }.filter { template in
            ["name", "status", "language", "category"].allSatisfy { field in
                call.query[field].map { template[field]?.string == $0 } ?? true
            }
        }
        let start = call.query["after"].flatMap { Int($0) } ?? 0
        let limit = max(1, call.query["limit"].flatMap { Int($0) } ?? 25)
        let page = Array(all.dropFirst(max(0, start)).prefix(limit))
        let end = max(0, start) + page.count
        var paging = JSONObject([("cursors", ["before": .string(String(start)), "after": .string(String(end))])])
        if end < all.count {
            paging["next"] = .string("http://\(call.host)/\(waba)/message_templates?limit=\(limit)&after=\(end)")
        }
        return SandboxReply(["data": .array(page.map { .object($0) }), "paging": .object(paging)])
    }

    /// `POST /{waba_id}/message_templates`: pending at first, approved at once, and a webhook says so.
    func createTemplate(_ waba: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let owner = try numbers(ofWABA: waba, call)
        let body = try call.json()
        let name = try MessageValidation.string(body["name"], "name")
        guard name.count <= 512, name.allSatisfy({ $0.isASCIIDigit || $0 == "_" || ("a"..."z").contains($0) }) else {
            throw GraphError(100, details: "A template's name has lower-case letters, digits and underscores.")
        }
        let language = try MessageValidation.string(body["language"], "language")
        let category = try MessageValidation.string(body["category"], "category").uppercased()
        guard ["AUTHENTICATION", "MARKETING", "UTILITY"].contains(category) else {
            throw MessageValidation.invalid("category", "AUTHENTICATION, MARKETING or UTILITY", code: 100)
        }
        guard let components = body["components"]?.array else { throw .missing("components") }
        let id = Wamid.objectID()
        try await sandbox.change { state, now throws(GraphError) in
            let isTaken = state.templates[waba, default: []].contains {
                $0["name"]?.string == name && $0["language"]?.string == language
            }
            if isTaken {
                throw GraphError(100, details: "There is a template of that name in that language.", subcode: 2_388_024)
            }
            state.record(
                .template(
                    wabaID: waba,
                    JSONObject([
                        ("name", .string(name)), ("parameter_format", body["parameter_format"] ?? "POSITIONAL"),
                        ("components", .array(components)), ("language", .string(language)), ("status", "APPROVED"),
                        ("category", .string(category)), ("id", .string(id)),
                    ])))
            if let number = owner.first {
                state.enqueue(
                    WebhookValues.templateStatus("APPROVED", id: id, name: name, language: language), number: number,
                    now: now, field: "message_template_status_update")
            }
        }
        return SandboxReply(["id": .string(id), "status": "PENDING", "category": .string(category)])
    }

    /// `POST /{template_id}`
    func editTemplate(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let body = try call.json()
        try await sandbox.change { state, _ throws(GraphError) in
            guard let waba = state.wabaOfTemplate[id],
                var template = state.templates[waba, default: []].first(where: { $0["id"]?.string == id })
            else {
                _ = try state.authorise(call.token)
                throw .unknownObject(id, method: call.method)
            }
            _ = try state.numbers(ofWABA: waba, token: call.token, method: call.method)
            for name in ["components", "category"] { if let value = body[name] { template[name] = value } }
            state.record(.template(wabaID: waba, template))
        }
        return .success
    }

    /// `DELETE /{waba_id}/message_templates?name=&hsm_id=`: all languages, unless an id names one.
    func deleteTemplates(_ waba: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        _ = try numbers(ofWABA: waba, call)
        guard let name = call.query["name"] else { throw .missing("name") }
        try await sandbox.change { state, _ throws(GraphError) in
            let ids = state.templates[waba, default: []].filter { template in
                template["name"]?.string == name
                    && (call.query["hsm_id"].map { template["id"]?.string == $0 } ?? true)
            }.compactMap { $0["id"]?.string }
            guard !ids.isEmpty else { throw GraphError(100, details: "There is no such template.", subcode: 2_593_002) }
            for id in ids { state.record(.templateGone(wabaID: waba, id: id)) }
        }
        return .success
    }

    /// A template by its id, when the id is one's.
    func template(_ id: String, _ call: SandboxCall) throws(GraphError) -> JSONObject? {
        try sandbox.look { state throws(GraphError) in
            guard let waba = state.wabaOfTemplate[id] else { return nil }
            _ = try state.numbers(ofWABA: waba, token: call.token, method: call.method)
            return state.templates[waba, default: []].first { $0["id"]?.string == id }
        }
    }
}
