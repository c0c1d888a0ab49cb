import Hummingbird
import PluginKit
import struct Foundation.Data
import struct Foundation.Date
import struct Foundation.UUID

/// The Graph API, whatever version stands before the path.
struct GraphRoutes: Sendable {
    let world: World
    let courier: WebhookCourier

    func add(to router: Router<BasicRequestContext>) {
        router.post("/:version/:id/messages") { request, context in
            try await answering { try await send(request, try id(context)) }
        }
        router.get("/:version/:id") { request, context in
            try await answering { try await object(request, try id(context)) }
        }
        router.post("/:version/:id/register") { request, context in
            try await answering { try await register(request, try id(context)) }
        }
        router.get("/:version/:id/settings") { request, context in
            try await answering { try await settings(request, try id(context)) }
        }
        router.get("/:version/:id/phone_numbers") { request, context in
            try await answering { try await phoneNumbers(request, try id(context)) }
        }
        router.post("/:version/:id/subscribed_apps") { request, context in
            try await answering {
                _ = try await account(request, try id(context))
                return (["success": true] as JSON).response()
            }
        }
        router.get("/:version/:id/subscribed_apps") { request, context in
            try await answering {
                _ = try await account(request, try id(context))
                return (["data": [["whatsapp_business_api_data": ["name": "Sandbox", "id": "1"]]]] as JSON).response()
            }
        }
    }

    private func id(_ context: BasicRequestContext) throws -> String {
        let version = try context.parameters.require("version")
        guard version.hasPrefix("v"), version.hasSuffix(".0") else {
            throw GraphFailure(status: 400, code: 2635, message: "You are calling a version of the API that does not exist")
        }
        return try context.parameters.require("id")
    }

    /// The number, if the token is its own.
    private func number(_ request: Request, _ id: String, _ method: String) async throws -> BusinessNumber {
        guard let header = request.headers[.authorization], header.hasPrefix("Bearer ") else {
            throw GraphFailure(
                status: 401, code: 190, message: "An access token is required to request this resource.")
        }
        guard let number = await world.numbers[id] else { throw GraphFailure.unknownObject(id, method) }
        guard header.dropFirst(7) == number.text("access_token") else { throw GraphFailure.token }
        return number
    }

    /// The numbers of a business account, if the token is that of one of them.
    private func account(_ request: Request, _ id: String) async throws -> [BusinessNumber] {
        let numbers = await world.numbers.values.filter { $0.text("waba_id") == id }
        let token = request.headers[.authorization]?.dropFirst(7)
        guard !numbers.isEmpty else { throw GraphFailure.unknownObject(id, "get") }
        guard numbers.contains(where: { $0.text("access_token") == token.map(String.init) }) else { throw GraphFailure.token }
        return numbers
    }

    private func object(_ request: Request, _ id: String) async throws -> Response {
        let number = try await number(request, id, "get")
        let wanted = request.uri.queryParameters["fields"].map { $0.split(separator: ",").map(String.init) }
            ?? ["verified_name", "display_phone_number", "quality_rating", "platform_type"]
        let facts: JSON = [
            "verified_name": .string(number.text("verified_name")), "display_phone_number": .string(number.text("display_phone_number")),
            "quality_rating": "GREEN", "platform_type": "CLOUD_API", "status": "CONNECTED", "throughput": ["level": "STANDARD"],
            "code_verification_status": "VERIFIED",
        ]
        var answer = JSONObject()
        for name in wanted { answer[name] = facts[name] }
        answer["id"] = .string(id)
        return JSON.object(answer).response()
    }

    private func settings(_ request: Request, _ id: String) async throws -> Response {
        let number = try await number(request, id, "get")
        var answer = JSONObject()
        if let region = number.facts["data_localization_region"]?.string {
            answer["storage_configuration"] = ["status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": .string(region)]
        } else {
            answer["storage_configuration"] = ["status": "NO_STORAGE_CONFIGURATION"]
        }
        answer["contact_book"] = ["status": .string(number.facts["contact_book"]?.bool == true ? "enabled" : "disabled")]
        return JSON.object(answer).response()
    }

    private func register(_ request: Request, _ id: String) async throws -> Response {
        let number = try await number(request, id, "post")
        let body = try await json(request)
        guard body["messaging_product"]?.string == "whatsapp" else { throw GraphFailure.parameter("The parameter messaging_product is required.") }
        guard let pin = body["pin"]?.string, pin.count == 6, pin.allSatisfy(\.isNumber) else {
            throw GraphFailure.parameter("Param pin must be a 6-digit number")
        }
        if let region = body["data_localization_region"], var facts = number.facts.object {
            facts["data_localization_region"] = region
            await world.happen([["happened": "number", "id": .string(id), "facts": .object(facts)]])
        }
        return (["success": true] as JSON).response()
    }

    private func phoneNumbers(_ request: Request, _ id: String) async throws -> Response {
        let data = try await account(request, id).map { number -> JSON in
            [
                "id": .string(number.id), "display_phone_number": .string(number.text("display_phone_number")),
                "verified_name": .string(number.text("verified_name")), "quality_rating": "GREEN",
            ]
        }
        return (["data": .array(data)] as JSON).response()
    }

    // MARK: - Messages

    private func send(_ request: Request, _ id: String) async throws -> Response {
        let number = try await number(request, id, "post")
        let body = try await json(request)
        let faults = await world.faults
        if Faults.strikes(faults.respond429) { throw GraphFailure.coded(130429) }
        if Faults.strikes(faults.respond5xx) {
            throw GraphFailure(status: 503, code: 2, message: "(#2) Service temporarily unavailable")
        }
        if body["status"]?.string == "read" {
            guard body["message_id"]?.string != nil else { throw GraphFailure.missing("message_id") }
            return (["success": true] as JSON).response()
        }
        let send: SendValidation.Send
        do {
            send = try SendValidation.check(body)
        } catch {
            await world.count("sends_refused")
            throw error
        }
        let (address, handset) = await world.handset(send.to)
        if let code = handset.settings["error_code"]?.int, code != 0 {
            await world.count("sends_refused")
            throw GraphFailure.coded(code)
        }
        if faults.pairRate, await world.exceedsPairRate(id, address, now: Date()) { throw GraphFailure.coded(131056) }
        let message = Arrival(number: number, address: address, handset: handset, send: send, now: Date())
        await world.happen(message.events(statuses: faults.statuses))
        await world.count("sends_accepted")
        courier.wake()
        if Faults.strikes(faults.acceptThen5xx) {
            return Response(status: .internalServerError, body: .init(byteBuffer: ByteBuffer(string: "upstream error")))
        }
        if Faults.strikes(faults.acceptThenDrop) {
            return Response(status: .ok, body: .init(contentLength: 4096) { _ in throw GraphFailure.coded(131000) })
        }
        return message.answer(input: body["to"]?.string ?? send.to).response()
    }
}
