import PluginKit

/// Reads elements of `value.statuses`.
enum StatusReader {
    static func event(_ status: JSON, _ address: ChannelEvent.Address) -> ChannelEvent {
        func broken(_ reason: String) -> ChannelEvent { .malformed(reason, address, status) }
        guard status.object != nil else { return broken("a status is \(status.kind), not an object") }
        guard let id = status["id"]?.string, !id.isEmpty else { return broken("a status has no id") }
        guard let word = status["status"]?.string else { return broken("a status has no status") }
        guard let stage = StatusUpdate.Stage(rawValue: word) else {
            return broken("a status is of a kind that is not known")
        }
        guard let at = Envelope.time(status["timestamp"]) else {
            return broken("a status's timestamp is not a time in seconds")
        }
        var recipient: [Identity] = []
        if let user = status["recipient_user_id"]?.string, Person.isUserID(user) {
            recipient.append(Identity(.businessScopedUser, user))
        }
        if let number = status["recipient_id"]?.string, Person.isWebhookNumber(number) {
            recipient.append(Identity(.phone, number))
        }
        let fault = status["errors"]?.array?.first.map(GraphError.init(status:))?.fault
        let update = StatusUpdate(
            providerID: id, callerReference: status["biz_opaque_callback_data"]?.string, stage: stage,
            recipient: recipient,
            fault: fault ?? (stage == .failed ? ChannelFault(code: "unknown", message: "Meta gave no reason.") : nil))
        return ChannelEvent(
            address: address, kind: .status(update), occurredAt: at, deduplicationKey: "status:\(id):\(word)",
            raw: status)
    }
}
