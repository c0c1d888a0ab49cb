import Hummingbird
import PluginKit
import Foundation

/// What a person does with a phone, over HTTP.
struct HandsetRoutes: Sendable {
    let world: World
    let courier: WebhookCourier

    func add(to router: Router<BasicRequestContext>) {
        router.post("/handsets/:handset/messages") { request, context in
            try await answering { try await write(request, try context.parameters.require("handset")) }
        }
        router.get("/handsets/:handset/messages") { _, context in
            let messages = await world.messages(of: try context.parameters.require("handset"))
            return (["messages": .array(messages)] as JSON).response()
        }
        router.post("/handsets/:handset/messages/:message/read") { _, context in
            try await answering {
                let id = try context.parameters.require("message")
                return try await read(try context.parameters.require("handset"), id.removingPercentEncoding ?? id)
            }
        }
        router.put("/handsets/:handset") { request, context in
            try await answering { try await change(request, try context.parameters.require("handset")) }
        }
    }

    private func write(_ request: Request, _ name: String) async throws -> Response {
        let body = try await json(request)
        guard let to = body["to"]?.string, let number = await world.number(displayed: to) else {
            throw GraphFailure.value("to is no number that was provisioned here")
        }
        var settings = JSONObject()
        for key in ["profile_name", "user_id", "parent_user_id", "username", "hide_phone"] { settings[key] = body[key] }
        let (address, _) = await world.handset(name)
        await world.happen([["happened": "handset", "id": .string(address), "settings": .object(settings)]])
        let handset = await world.handset(address).handset
        let type = body["type"]?.string ?? "text"
        let content: JSON = body[type] ?? (type == "text" ? ["body": body["body"] ?? .string("")] : .object(JSONObject()))
        let id = wamid(address)
        let now = Date()
        var message = JSONObject([
            ("id", .string(id)), ("direction", "out"), ("number", .string(number.id)), ("handset", .string(address)),
            ("from", .string(address)), ("to", .string(number.text("display_phone_number"))), ("type", .string(type)),
            (type, content), ("timestamp", .string(seconds(now))), ("state", "sent"),
        ])
        message["context"] = body["context"]
        let hook = WebhookCourier.event(
            number, inbound(id, address, handset, type, content, body["context"], body["referral"], number, now))
        await world.happen([["happened": "message", "id": .string(id), "message": .object(message)], hook])
        courier.wake()
        return (["id": .string(id)] as JSON).response()
    }

    private func inbound(
        _ id: String, _ address: String, _ handset: Handset, _ type: String, _ content: JSON, _ answered: JSON?, _ referral: JSON?,
        _ number: BusinessNumber, _ now: Date
    ) -> JSON {
        let isUser = address.contains(".")
        let hidesPhone = isUser || handset.flag("hide_phone", false)
        let user = handset.settings["user_id"]?.string ?? (isUser ? address : nil)
        var profile = JSONObject([("name", handset.settings["profile_name"] ?? .string("Sandbox \(address.suffix(4))"))])
        profile["username"] = handset.settings["username"]
        var contact = JSONObject([("profile", .object(profile))])
        var message = JSONObject()
        if !hidesPhone {
            contact["wa_id"] = .string(address)
            message["from"] = .string(address)
        }
        if let user {
            contact["user_id"] = .string(user)
            message["from_user_id"] = .string(user)
        }
        if let parent = handset.settings["parent_user_id"] {
            contact["parent_user_id"] = parent
            message["from_parent_user_id"] = parent
        }
        message["id"] = .string(id)
        message["timestamp"] = .string(seconds(now))
        message["context"] = answered
        message["referral"] = referral
        message[type] = content
        message["type"] = .string(type)
        return [
            "messaging_product": "whatsapp", "metadata": number.metadata, "contacts": [.object(contact)],
            "messages": [.object(message)],
        ]
    }

    private func read(_ name: String, _ id: String) async throws -> Response {
        let (address, handset) = await world.handset(name)
        guard let message = await world.messages[id], message["handset"]?.string == address, message["direction"]?.string == "in",
            let number = await world.numbers[message["number"]?.string ?? ""]
        else { throw GraphFailure.unknownObject(id, "post") }
        let reference = message["biz_opaque_callback_data"]?.string
        let status = Status(number, id, address, handset, reference).event("read", Date())
        await world.happen([["happened": "state", "id": .string(id), "state": "read"], status])
        courier.wake()
        return (["success": true] as JSON).response()
    }

    /// Coming back online delivers what waited.
    private func change(_ request: Request, _ name: String) async throws -> Response {
        let body = try await json(request)
        let (address, before) = await world.handset(name)
        await world.happen([["happened": "handset", "id": .string(address), "settings": body]])
        let handset = await world.handset(address).handset
        if !before.flag("online", true), handset.flag("online", true) {
            for message in await world.messages(of: address) {
                guard message["direction"]?.string == "in", message["state"]?.string == "sent", let id = message["id"]?.string,
                    let number = await world.numbers[message["number"]?.string ?? ""]
                else { continue }
                let reference = message["biz_opaque_callback_data"]?.string
                let status = Status(number, id, address, handset, reference).event("delivered", Date())
                await world.happen([["happened": "state", "id": .string(id), "state": "delivered"], status])
            }
            courier.wake()
        }
        return JSON.object(handset.settings).response()
    }
}
