internal import Foundation
internal import Outbound
internal import PluginKit

extension Routes {
    /// `PUT /sandbox/numbers/{phone_number_id}`. Says it again, changes nothing.
    func provision(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        guard !id.isEmpty, id.allSatisfy(\.isASCIIDigit) else {
            throw GraphError(100, details: "A phone number id has digits only.")
        }
        let body = try call.json()
        let number = try await sandbox.change { state, _ throws(GraphError) in
            let old = state.numbers[id]
            let number = try PhoneNumber(id: id, control: body, previous: old)
            if number != old { state.record(.number(number)) }
            return number
        }
        return SandboxReply(.object(number.json))
    }

    /// `GET /sandbox/health`
    func health() -> SandboxReply {
        guard let instance else { return .success }
        return SandboxReply(["success": true, "instance": .string(instance)])
    }

    func listNumbers() -> SandboxReply {
        let numbers = sandbox.look { state in state.numbers.values.sorted { $0.id < $1.id } }
        return SandboxReply(["numbers": .array(numbers.map { .object($0.json) })])
    }

    /// `POST /sandbox/numbers/{id}/subscribe`: what "Verify and save" does in Meta's dashboard.
    func subscribe(_ id: String) async throws(GraphError) -> SandboxReply {
        guard let number = sandbox.look({ $0.numbers[id] }) else { throw .unknownObject(id, method: "post") }
        let outcome = await handshake(url: number.webhookURL, verifyToken: number.verifyToken)
        return SandboxReply(outcome.json)
    }

    func setFaults(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let faults = try Faults(json: try call.json())
        try await sandbox.change { state, _ throws(GraphError) in state.record(.faults(faults)) }
        return SandboxReply(.object(faults.json))
    }

    /// `POST /sandbox/reset`: forgets all but the numbers, with `?numbers=true` those too.
    func reset(_ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let withNumbers = call.query["numbers"] == "true"
        try await sandbox.change { state, _ throws(GraphError) in state.record(.reset(withNumbers: withNumbers)) }
        return .success
    }

    /// How a handshake went.
    struct Handshake: Sendable {
        var isVerified: Bool
        /// The subscriber's HTTP status; nil when there was no answer.
        var status: Int?
        var reason: String?

        var json: JSON {
            var object = JSONObject([("success", .bool(isVerified))])
            object["status"] = status.map { JSON(integerLiteral: $0) }
            object["reason"] = reason.map { .string($0) }
            return .object(object)
        }
    }

    /// Asks the URL to repeat a challenge, as Meta does before it sends anything there.
    func handshake(url: String, verifyToken: String) async -> Handshake {
        let challenge = String(UInt32.random(in: 100_000_000...999_999_999))
        let token = verifyToken.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let separator = url.contains("?") ? "&" : "?"
        let query = "hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(token)"
        do throws(OutboundError) {
            let response = try await outbound.send(
                OutboundRequest(url: url + separator + query, timeout: .seconds(15), maxResponseBytes: 64 << 10))
            guard response.status == 200 else {
                return Handshake(isVerified: false, status: response.status, reason: "the answer was not 200")
            }
            let isEchoed = response.body == Array(challenge.utf8)
            return Handshake(
                isVerified: isEchoed, status: 200, reason: isEchoed ? nil : "the answer was not the challenge")
        } catch {
            return Handshake(isVerified: false, status: nil, reason: error.kind.rawValue)
        }
    }
}
