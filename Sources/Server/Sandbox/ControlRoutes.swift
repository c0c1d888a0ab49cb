import Hummingbird
import PluginKit

/// The sandbox's own routes, which Meta does not have: numbers, misbehaviour, counts.
struct ControlRoutes: Sendable {
    let world: World
    let courier: WebhookCourier

    private static let needed = [
        "waba_id", "display_phone_number", "verified_name", "access_token", "app_secret", "verify_token", "webhook_url",
    ]

    func add(to router: Router<BasicRequestContext>) {
        router.put("/sandbox/numbers/:id") { request, context in
            try await answering {
                let id = try context.parameters.require("id")
                let facts = try await json(request)
                for name in Self.needed where facts[name]?.string == nil { throw GraphFailure.missing(name) }
                await world.happen([["happened": "number", "id": .string(id), "facts": facts]])
                return (["id": .string(id)] as JSON).response()
            }
        }
        router.get("/sandbox/numbers") { _, _ in
            let numbers = await world.numbers.values.sorted { $0.id < $1.id }
            let data = numbers.map { number -> JSON in
                ["id": .string(number.id), "display_phone_number": .string(number.text("display_phone_number")), "webhook_url": .string(number.text("webhook_url"))]
            }
            return (["data": .array(data)] as JSON).response()
        }
        router.post("/sandbox/numbers/:id/subscribe") { _, context in
            try await answering {
                let id = try context.parameters.require("id")
                guard let number = await world.numbers[id] else { throw GraphFailure.unknownObject(id, "post") }
                if let problem = await courier.subscribe(number) {
                    return (["success": false, "problem": .string(problem)] as JSON).response(400)
                }
                return (["success": true] as JSON).response()
            }
        }
        router.put("/sandbox/faults") { request, _ in
            try await answering {
                let faults = Faults(try await json(request))
                await world.set(faults: faults)
                return faults.json.response()
            }
        }
        router.get("/sandbox/faults") { _, _ in await world.faults.json.response() }
        router.get("/sandbox/stats") { _, _ in
            let counts = await world.counts
            let pending = await world.hooks.values.reduce(0) { $0 + $1.count }
            var stats = JSONObject()
            for name in ["sends_accepted", "sends_refused", "webhooks_delivered", "webhooks_retried"] {
                stats[name] = .number("\(counts[name] ?? 0)")
            }
            stats["webhooks_pending"] = .number("\(pending)")
            return JSON.object(stats).response()
        }
        router.post("/sandbox/reset") { _, _ in
            await world.happen([["happened": "reset"]])
            return (["success": true] as JSON).response()
        }
        router.get("/sandbox/health") { _, _ in (["ready": true] as JSON).response() }
    }
}
