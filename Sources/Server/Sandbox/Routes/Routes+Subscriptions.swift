internal import PluginKit

extension Routes {
    /// `GET /{waba_id}/subscribed_apps`
    func subscribedApps(_ waba: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let subscribed = try numbers(ofWABA: waba, call).filter(\.isSubscribed)
        guard let first = subscribed.first else { return SandboxReply(["data": []]) }
        var app = JSONObject([
            ("whatsapp_business_api_data", ["id": "1000000000000001", "name": "Sandbox", "link": "http://localhost/"])
        ])
        app["override_callback_uri"] = first.overrideURL.map { .string($0) }
        return SandboxReply(["data": [.object(app)]])
    }

    /// `POST /{waba_id}/subscribed_apps`, with `override_callback_uri` and `verify_token` after a handshake there.
    func subscribeApp(_ waba: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        _ = try numbers(ofWABA: waba, call)
        let body = try call.json()
        let url = body["override_callback_uri"]?.string
        if let url {
            guard let token = body["verify_token"]?.string else { throw .missing("verify_token") }
            let outcome = await handshake(url: url, verifyToken: token)
            guard outcome.isVerified else {
                throw GraphError(
                    2200, details: outcome.reason,
                    message: "(#2200) Callback verification failed with the following errors: \(outcome.reason ?? "")")
            }
        }
        return try await changeNumbers(waba, call) { number in
            number.isSubscribed = true
            number.overrideURL = url
        }
    }

    func unsubscribeApp(_ waba: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        try await changeNumbers(waba, call) { number in
            number.isSubscribed = false
            number.overrideURL = nil
        }
    }

    private func changeNumbers(
        _ waba: String, _ call: SandboxCall, _ body: @Sendable (inout PhoneNumber) -> Void
    ) async throws(GraphError) -> SandboxReply {
        try await sandbox.change { state, _ throws(GraphError) in
            for var number in try state.numbers(ofWABA: waba, token: call.token, method: call.method) {
                body(&number)
                state.record(.number(number))
            }
        }
        return .success
    }
}
