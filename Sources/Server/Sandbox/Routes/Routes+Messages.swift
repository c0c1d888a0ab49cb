internal import PluginKit

extension Routes {
    /// `POST /{phone_number_id}/messages`: a message, a read mark, a typing indicator.
    func send(_ id: String, _ call: SandboxCall) async throws(GraphError) -> SandboxReply {
        let accepted: SandboxState.Accepted?
        do throws(GraphError) {
            accepted = try await sandbox.change { state, now throws(GraphError) in
                try state.drawRefusal()
                let number = try state.number(id, token: call.token, method: call.method)
                let body = try call.json()
                if body["status"] != nil {
                    try Self.markRead(body, number: number, state: &state)
                    return nil
                }
                try MessageValidation.check(body)
                guard number.isRegistered else { throw GraphError(133010, details: "Register the number first.") }
                try Self.checkMedia(of: body, number: number, state: state)
                return try state.send(body, from: number, now: now)
            }
        } catch {
            sandbox.countRefusal()
            throw error
        }
        guard let accepted else { return .success }
        switch accepted.aftermath {
        case .answer: return SandboxReply(accepted.reply)
        case .serverError: throw GraphError(131000, details: "Drawn by the sandbox's faults.")
        case .drop: return .dropped
        }
    }

    private static func markRead(
        _ body: JSON, number: PhoneNumber, state: inout SandboxState
    ) throws(GraphError) {
        try MessageValidation.checkProduct(body)
        guard body["status"]?.string == "read" else { throw MessageValidation.invalid("status", "read") }
        guard let id = body["message_id"]?.string else { throw .missing("message_id") }
        if let typing = body["typing_indicator"], typing["type"]?.string != "text" {
            throw MessageValidation.invalid("typing_indicator['type']", "text")
        }
        try state.markRead(id, by: number)
    }

    /// Media named by id must have been uploaded, as Meta insists.
    private static func checkMedia(
        of body: JSON, number: PhoneNumber, state: borrowing SandboxState
    ) throws(GraphError) {
        guard let type = body["type"]?.string, ["image", "video", "audio", "document", "sticker"].contains(type),
            let id = body[type]?["id"]?.string
        else { return }
        guard let owner = state.media[id]?.numberID, state.numbers[owner]?.wabaID == number.wabaID else {
            throw GraphError(131009, details: "The media id is not known.")
        }
    }
}
