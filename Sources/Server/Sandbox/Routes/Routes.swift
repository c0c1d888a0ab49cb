internal import Outbound
internal import PluginKit

/// Every route in one place. Graph's ids are opaque, so what an id means is looked up.
///
/// `/sandbox` and `/handsets` are open to whoever reaches the port: the sandbox holds no real person's data and
/// listens on the loopback address unless told otherwise. Graph's routes need the bearer token of the number.
struct Routes: Sendable {
    let sandbox: Sandbox
    let outbound: any OutboundHTTP
    var instance: String?

    func answer(_ call: SandboxCall) async -> SandboxReply {
        do throws(GraphError) {
            switch call.path.first {
            case "sandbox": return try await control(call)
            case "handsets": return try await handset(call)
            default: return try await graph(call)
            }
        } catch {
            return .refusal(error)
        }
    }

    private func control(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        switch (call.method, call.path.dropFirst().first, call.path.count) {
        case ("GET", "numbers", 2): return listNumbers()
        case ("PUT", "numbers", 3): return try await provision(call.path[2], call)
        case ("POST", "numbers", 4) where call.path[3] == "subscribe": return try await subscribe(call.path[2])
        case ("GET", "faults", 2): return SandboxReply(sandbox.look { .object($0.faults.json) })
        case ("PUT", "faults", 2): return try await setFaults(call)
        case ("GET", "stats", 2): return SandboxReply(sandbox.look { $0.stats.json })
        case ("POST", "reset", 2): return try await reset(call)
        case ("GET", "health", 2): return health()
        default: throw notFound(call)
        }
    }

    private func handset(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        switch (call.method, call.path.count) {
        case ("GET", 1): return listHandsets()
        case ("PUT", 2): return try await configureHandset(call)
        case ("GET", 2): return try await showHandset(call)
        case ("POST", 3) where call.path[2] == "messages": return try await write(call)
        case ("GET", 3) where call.path[2] == "messages": return try thread(call)
        case ("POST", 5) where call.path[2] == "messages" && call.path[4] == "read": return try await read(call)
        default: throw notFound(call)
        }
    }

    private func graph(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        guard let id = call.path.first else { throw notFound(call) }
        try checkProof(call)
        try refuseOnPurpose(id, call)
        switch (call.method, call.path.dropFirst().first, call.path.count) {
        case ("POST", "messages", 2): return try await send(id, call)
        case ("GET", "attachments", 2) where id == "whatsapp_business": return try download(call)
        case ("POST", "media", 2): return try await upload(id, call)
        case ("POST", "register", 2): return try await register(id, call)
        case ("POST", "deregister", 2): return try await deregister(id, call)
        case ("POST", "request_code", 2), ("POST", "verify_code", 2): return try acknowledge(id, call)
        case ("GET", "settings", 2): return try settings(id, call)
        case ("POST", "settings", 2): return try await setSettings(id, call)
        case ("GET", "whatsapp_business_profile", 2): return try profile(id, call)
        case ("POST", "whatsapp_business_profile", 2): return try await setProfile(id, call)
        case ("GET", "subscribed_apps", 2): return try subscribedApps(id, call)
        case ("POST", "subscribed_apps", 2): return try await subscribeApp(id, call)
        case ("DELETE", "subscribed_apps", 2): return try await unsubscribeApp(id, call)
        case ("GET", "phone_numbers", 2): return try phoneNumbers(id, call)
        case ("GET", "message_templates", 2): return try listTemplates(id, call)
        case ("POST", "message_templates", 2): return try await createTemplate(id, call)
        case ("DELETE", "message_templates", 2): return try await deleteTemplates(id, call)
        case ("GET", nil, 1) where id == "debug_token": return try debugToken(call)
        case ("POST", nil, 1) where id == "debug_token" && call.isGetInDisguise: return try debugToken(call)
        case ("GET", nil, 1): return try object(id, call)
        case ("POST", nil, 1) where sandbox.look { $0.numbers[id] != nil }: return try await configure(id, call)
        case ("POST", nil, 1): return try await editTemplate(id, call)
        case ("DELETE", nil, 1): return try await deleteMedia(id, call)
        default: throw .unknownObject(call.path.joined(separator: "/"), method: call.method)
        }
    }

    private func notFound(_ call: SandboxCall) -> GraphError {
        GraphError(100, status: 404, message: "There is no such route: \(call.method)")
    }
}
