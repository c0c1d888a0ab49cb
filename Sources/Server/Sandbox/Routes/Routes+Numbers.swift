internal import PluginKit

extension Routes {
    /// `GET /{id}`: a number, a media file, a template.
    func object(_ id: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let isMedia = sandbox.look { $0.media[id] != nil }
        if isMedia { return try mediaFacts(id, call) }
        let template = try template(id, call)
        if let template { return SandboxReply(.object(template)) }
        let number = try number(id, call)
        return SandboxReply(try Self.fields(of: number, asked: call.query["fields"]))
    }

    /// `GET /{waba_id}/phone_numbers`
    func phoneNumbers(_ waba: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let numbers = try numbers(ofWABA: waba, call)
        var data: [JSON] = []
        for number in numbers { data.append(try Self.fields(of: number, asked: call.query["fields"])) }
        return SandboxReply(["data": .array(data), "paging": ["cursors": ["before": "0", "after": "0"]]])
    }

    /// `POST /{id}/register`. The place of storage can only be chosen while the number is not registered.
    func register(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let body = try call.json()
        try MessageValidation.checkProduct(body)
        guard let pin = body["pin"]?.string else { throw .missing("pin") }
        guard pin.count == 6, pin.allSatisfy(\.isASCIIDigit) else {
            throw GraphError(100, details: "The parameter pin must be six digits.")
        }
        let region = body["data_localization_region"]?.string
        if let region, region.count != 2 || region != region.uppercased() {
            throw GraphError(100, details: "The parameter data_localization_region must be a country's two letters.")
        }
        return try await changeNumber(id, call) { number throws(GraphError) in
            if let known = number.pin, known != pin { throw GraphError(133005, details: "The PIN is another.") }
            if number.isRegistered, let region, region != number.dataLocalizationRegion {
                throw GraphError(
                    100, details: "Deregister the number before you change data_localization_region.")
            }
            number.pin = pin
            if !number.isRegistered { number.dataLocalizationRegion = region }
            number.isRegistered = true
        }
    }

    func deregister(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        try await changeNumber(id, call) { number throws(GraphError) in
            guard number.isRegistered else { throw GraphError(133010) }
            number.isRegistered = false
            number.dataLocalizationRegion = nil
        }
    }

    /// `request_code` and `verify_code`: any code is the right one here.
    func acknowledge(_ id: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        _ = try number(id, call)
        return .success
    }

    /// `GET /{id}/settings`: where content is stored, and what was set.
    func settings(_ id: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let number = try number(id, call)
        var storage = JSONObject([("status", "DEFAULT")])
        if let region = number.dataLocalizationRegion {
            storage["status"] = "IN_COUNTRY_STORAGE_ENABLED"
            storage["data_localization_region"] = .string(region)
            storage["retention_minutes"] = 60
        }
        var answer = number.settings
        answer["storage_configuration"] = .object(storage)
        answer["contact_book"] = ["status": number.contactBook ? "ENABLED" : "DISABLED"]
        return SandboxReply(.object(answer))
    }

    func setSettings(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        guard let members = try call.json().object?.members, !members.isEmpty else { throw .missing("settings") }
        return try await changeNumber(id, call) { number throws(GraphError) in
            for (name, value) in members where name != "messaging_product" && name != "storage_configuration" {
                if name == "contact_book" {
                    number.contactBook = value["status"]?.string == "ENABLED"
                } else {
                    number.settings[name] = value
                }
            }
        }
    }

    func profile(_ id: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        var profile = try number(id, call).profile
        profile["messaging_product"] = "whatsapp"
        return SandboxReply(["data": [.object(profile)]])
    }

    func setProfile(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let body = try call.json()
        try MessageValidation.checkProduct(body)
        return try await changeNumber(id, call) { number throws(GraphError) in
            for (name, value) in body.object?.members ?? [] { number.profile[name] = value }
        }
    }

    func number(_ id: String, _ call: SandboxCall) throws(GraphError) -> PhoneNumber {
        try sandbox.look { state throws(GraphError) in try state.number(id, token: call.token, method: call.method) }
    }

    func numbers(ofWABA id: String, _ call: SandboxCall) throws(GraphError) -> [PhoneNumber] {
        try sandbox.look { state throws(GraphError) in
            try state.numbers(ofWABA: id, token: call.token, method: call.method)
        }
    }

    func changeNumber(
        _ id: String, _ call: SandboxCall, _ body: @Sendable (inout PhoneNumber) throws(GraphError) -> Void
    ) async throws(GraphError) -> SandboxReply {
        try await sandbox.change { state, _ throws(GraphError) in
            var number = try state.number(id, token: call.token, method: call.method)
            try body(&number)
            state.record(.number(number))
        }
        return .success
    }

    private static func webhooks(of number: PhoneNumber) -> JSONObject {
        var urls = JSONObject()
        urls["phone_number"] = number.numberOverrideURL.map { .string($0) }
        urls["whatsapp_business_account"] = number.overrideURL.map { .string($0) }
        urls["application"] = .string(number.webhookURL)
        return urls
    }

    /// Only what was asked for, and the id.
    private static func fields(of number: PhoneNumber, asked: String?) throws(GraphError) -> JSON {
        let known = JSONObject([
            ("verified_name", .string(number.verifiedName)), ("code_verification_status", "VERIFIED"),
            ("display_phone_number", .string(number.displayPhoneNumber)), ("quality_rating", "GREEN"),
            ("platform_type", "CLOUD_API"), ("throughput", ["level": "STANDARD"]),
            ("webhook_configuration", .object(webhooks(of: number))),
            ("name_status", "APPROVED"), ("status", number.isRegistered ? "CONNECTED" : "DISCONNECTED"),
            ("account_mode", "LIVE"), ("messaging_limit_tier", "TIER_UNLIMITED"),
            ("whatsapp_business_manager_messaging_limit", "TIER_UNLIMITED"), ("is_official_business_account", false),
            ("is_pin_enabled", .bool(number.pin != nil)), ("health_status", ["can_send_message": "AVAILABLE"]),
        ])
        let usual =
            "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput,"
        var answer = JSONObject()
        for field in (asked ?? usual + "webhook_configuration").split(separator: ",").map(String.init) {
            // `throughput{level}` asks for a part; the whole has few parts.
            let name = String(field.prefix { $0 != "{" }).filter { $0 != " " }
            guard name != "id", !name.isEmpty else { continue }
            guard let value = number.facts[name] ?? known[name] else {
                throw GraphError(
                    100,
                    message:
                        "(#100) Tried accessing nonexisting field (\(name)) on node type (WhatsAppBusinessPhoneNumber)")
            }
            answer[name] = value
        }
        answer["id"] = .string(number.id)
        return .object(answer)
    }
}
