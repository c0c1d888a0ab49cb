internal import PluginKit

extension Routes {
    /// `POST /handsets/{number}/messages`
    func write(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let body = try call.json()
        let address = call.path[1]
        let id = try await sandbox.change { state, now throws(GraphError) in
            try state.write(from: address, body, now: now)
        }
        return SandboxReply(["id": .string(id)])
    }

    /// `GET /handsets/{number}/messages?limit=`
    func thread(_ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let limit = call.query["limit"].flatMap { Int($0) }.map { max(0, $0) }
        let messages = try sandbox.look { state throws(GraphError) in try state.thread(call.path[1], limit: limit) }
        return SandboxReply(["messages": .array(messages.map { .object($0.json) })])
    }

    /// `POST /handsets/{number}/messages/{id}/read`
    func read(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let (address, id) = (call.path[1], call.path[3])
        try await sandbox.change { state, now throws(GraphError) in try state.read(id, on: address, now: now) }
        return .success
    }

    /// `PUT /handsets/{number}`
    func configureHandset(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let body = try call.json()
        let address = call.path[1]
        let handset = try await sandbox.change { state, now throws(GraphError) in
            try state.configureHandset(address, body, now: now)
        }
        return SandboxReply(.object(handset.json))
    }

    /// `GET /handsets/{number}`
    func showHandset(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let address = call.path[1]
        let handset = try await sandbox.change { state, now throws(GraphError) in
            try state.configureHandset(address, [:], now: now)
        }
        return SandboxReply(.object(handset.json))
    }

    /// `GET /handsets`
    func listHandsets() -> SandboxReply {
        let handsets = sandbox.look { state in state.handsets.values.sorted { $0.key < $1.key } }
        return SandboxReply(["handsets": .array(handsets.map { .object($0.json) })])
    }
}
