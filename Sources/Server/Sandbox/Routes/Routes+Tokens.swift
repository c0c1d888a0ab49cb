internal import Crypto
internal import PluginKit

extension Routes {
    /// `GET /debug_token?input_token=`, also as a POST whose body names the method. Asked with any valid token.
    func debugToken(_ call: SandboxCall) throws(GraphError) -> SandboxReply {
        let body = try call.json()
        guard let input = call.query["input_token"] ?? body["input_token"]?.string else {
            throw .missing("input_token")
        }
        return try sandbox.look { state throws(GraphError) in
            _ = try state.authorise(call.token)
            guard let id = state.numbersOfToken[input]?.min(), let number = state.numbers[id] else {
                return SandboxReply([
                    "data": [
                        "error": ["code": 190, "message": "Invalid OAuth access token."], "is_valid": false,
                        "scopes": [],
                    ]
                ])
            }
            let scopes = JSON.array(number.tokenScopes.map { .string($0) })
            let isValid = number.tokenExpiresAt == 0 || number.tokenExpiresAt * 1000 > Sandbox.now
            return SandboxReply([
                "data": [
                    "app_id": .string(Self.appID), "type": "SYSTEM_USER", "application": "Sandbox",
                    "expires_at": JSON(integerLiteral: number.tokenExpiresAt), "data_access_expires_at": 0,
                    "is_valid": .bool(isValid), "scopes": scopes, "user_id": "1000000000000002",
                    "granular_scopes": .array(
                        number.tokenScopes.map { ["scope": .string($0), "target_ids": [.string(number.wabaID)]] }),
                ]
            ])
        }
    }

    static var appID: String { "1000000000000001" }

    /// A proof that stands in a call has to be right, whatever the call is.
    func checkProof(_ call: SandboxCall) throws(GraphError) {
        guard let proof = call.query["appsecret_proof"] else { return }
        let token = call.token ?? ""
        let secrets = try sandbox.look { state throws(GraphError) in
            try state.authorise(call.token).compactMap { state.numbers[$0]?.appSecret }
        }
        let isRight = secrets.contains { secret in
            let code = HMAC<SHA256>.authenticationCode(
                for: Array(token.utf8), using: SymmetricKey(data: Array(secret.utf8)))
            return code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == proof.lowercased()
        }
        guard isRight else {
            var error = GraphError(100, message: "Invalid appsecret_proof provided in the API argument")
            error.type = "GraphMethodException"
            throw error
        }
    }

    /// What a number was told to refuse: `register`, `deregister`, `settings`, `subscribed_apps`, `phone_numbers`,
    /// `debug_token`, `number` (reading it), `webhook` (giving it a URL).
    func refuseOnPurpose(_ id: String, _ call: SandboxCall) throws(GraphError) {
        let name: String
        if call.path.count > 1 {
            name = call.path[1]
        } else if id == "debug_token" {
            name = id
        } else {
            name = call.method == "GET" ? "number" : "webhook"
        }
        let code = sandbox.look { state in
            let meant =
                state.numbers[id].map { [$0.id] } ?? state.numbersOfWABA[id]
                ?? (id == "debug_token" ? call.token.flatMap { state.numbersOfToken[$0].map(Array.init) } : nil)
            return (meant ?? []).compactMap { state.numbers[$0]?.refuses[name] }.first
        }
        if let code { throw GraphError(code) }
    }
}

extension SandboxCall {
    /// `POST` with `method=get`, as Graph takes it for what should not stand in a URL.
    var isGetInDisguise: Bool {
        let named = try? json()["method"]?.string
        return named?.lowercased() == "get" || query["method"]?.lowercased() == "get"
    }
}
