internal import PluginKit

extension Routes {
    /// `GET /{waba_id}/subscribed_apps`
    func subscribedApps(_ waba: String, _ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let subscribed = try numbers(ofWABA: waba, call).filter(\.isSubscribed)
        guard let first = subscribed.first else { return SandboxReply(["data": []]) }
        var app = JSONObject([
            ("whatsapp_business_api_data", ["id": .string(Self.appID), "name": "Sandbox", "link": "http://localhost/"])
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
            try await verify(url, body["verify_token"]?.string)
        }
        return try await changeNumbers(waba, call) { number in
            number.isSubscribed = true
            number.overrideURL = url
        }
    }

    /// `POST /{phone_number_id}` with `webhook_configuration`: a URL of the number's own; an empty one takes it away.
    func configure(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        _ = try number(id, call)
        let body = try call.json()
        guard let configuration = body["webhook_configuration"],
            let url = configuration["override_callback_uri"]?.string
        else { throw .missing("webhook_configuration") }
        if !url.isEmpty { try await verify(url, configuration["verify_token"]?.string) }
        return try await changeNumber(id, call) { number throws(GraphError) in
            number.numberOverrideURL = url.isEmpty ? nil : url
        }
    }

    private func verify(_ url: String, _ token: String?) async throws(GraphError) {
        guard let token else { throw .missing("verify_token") }
        let outcome = await handshake(url: url, verifyToken: token)
        guard outcome.isVerified else {
            throw GraphError(
                2200, details: outcome.reason,
                message: "(#2200) Callback verification failed with the following errors: \(outcome.reason ?? "")")
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
