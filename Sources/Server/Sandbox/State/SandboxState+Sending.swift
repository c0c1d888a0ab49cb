internal import PluginKit

/// What happens to a message that a business sends.
extension SandboxState {
    static let windowMilliseconds = 24 * 3_600_000

    struct Accepted: Sendable {
        var message: StoredMessage
        /// The answer's body.
        var reply: JSON
        /// The fault that hides the acceptance from the caller.
        var aftermath: Aftermath
    }

    enum Aftermath: Sendable { case answer, serverError, drop }

    /// Takes a message or refuses it.
    /// - Parameters:
    ///   - body: what `MessageValidation` let pass.
    ///   - now: milliseconds since 1970.
    mutating func send(_ body: JSON, from number: PhoneNumber, now: Int) throws(GraphError) -> Accepted {
        let (input, key, isByUserID) = try recipient(of: body)
        try checkRates(number: number, key: key, now: now)
        let handset = handset(key)
        if let code = handset.errorCode { throw GraphError(code) }

        let type = body["type"]?.string ?? "text"
        let category = try category(of: body, type: type, number: number)
        var message = StoredMessage(
            id: Wamid.make(for: handset.number ?? handset.userID), direction: .toHandset, numberID: number.id,
            handsetKey: key, from: number.digits, to: handset.number ?? handset.userID, type: type,
            content: body[type] ?? .null, at: now, opaque: body["biz_opaque_callback_data"]?.string,
            context: body["context"], isByUserID: isByUserID, state: .sent)

        var failure: Int?
        if handset.refuses {
            failure = 131026
        } else if type != "template", !isWindowOpen(number.id, key, now: now) {
            failure = 131047
        }
        if failure != nil { message.state = .failed } else if handset.isOnline { message.state = .delivered }
        record(.message(message))
        if let failure {
            tell(
                .failed, of: message, at: now, errorCode: failure, handset: handset, number: number, category: category)
        } else {
            tell(.sent, of: message, at: now, handset: handset, number: number, category: category)
            if handset.isOnline {
                tell(.delivered, of: message, at: now, handset: handset, number: number, category: category)
            }
        }
        stats.sendsAccepted += 1
        return Accepted(
            message: message, reply: reply(to: input, message: message, handset: handset), aftermath: drawAftermath())
    }

    /// Whether the person wrote to the number within the last 24 hours.
    func isWindowOpen(_ numberID: String, _ key: String, now: Int) -> Bool {
        guard let last = lastInbound[Self.window(numberID, key)] else { return false }
        return now - last < Self.windowMilliseconds
    }

    /// `{"status":"read","message_id":…}`: the person's message shows as read on the phone.
    mutating func markRead(_ messageID: String, by number: PhoneNumber) throws(GraphError) {
        guard let message = messages[messageID], message.direction == .fromHandset, message.numberID == number.id else {
            throw GraphError(131009, details: "The message_id is not that of a message this number received.")
        }
        if message.state != .read { record(.messageState(id: messageID, .read)) }
    }

    /// Refusals that come before a request is even looked at.
    mutating func drawRefusal() throws(GraphError) {
        if random.hits(faults.respond429) { throw GraphError(130429, details: "Drawn by the sandbox's faults.") }
        if random.hits(faults.respond5xx) { throw GraphError(131000, details: "Drawn by the sandbox's faults.") }
    }

    private mutating func drawAftermath() -> Aftermath {
        if random.hits(faults.acceptThen5xx) { return .serverError }
        if random.hits(faults.acceptThenDrop) { return .drop }
        return .answer
    }

    private func recipient(of body: JSON) throws(GraphError) -> (input: String, key: String, isByUserID: Bool) {
        // Meta gives `to` precedence when both are there.
        if let to = body["to"]?.string {
            guard !Address.isUserID(to), let key = handsetKey(to) else {
                throw GraphError(131009, details: "The parameter to is not a number.")
            }
            return (to, key, false)
        }
        guard let user = body["recipient"]?.string, Address.isUserID(user), let key = handsetKey(user) else {
            throw GraphError(131009, details: "The parameter recipient is not a business-scoped user id.")
        }
        return (user, key, true)
    }

    private mutating func checkRates(number: PhoneNumber, key: String, now: Int) throws(GraphError) {
        if let limit = faults.throughputPerSecond {
            let rate = Double(limit)
            var bucket = numberBuckets[number.id] ?? TokenBucket(full: rate, at: now)
            let isAllowed = bucket.take(now: now, perSecond: rate, burst: rate)
            numberBuckets[number.id] = bucket
            if !isAllowed { throw GraphError(130429, details: "The number has reached its throughput.") }
        }
        if faults.limitsPairs {
            let pair = Self.window(number.id, key)
            var bucket = pairBuckets[pair] ?? TokenBucket(full: 45, at: now)
            let isAllowed = bucket.take(now: now, perSecond: 1.0 / 6, burst: 45)
            pairBuckets[pair] = bucket
            if !isAllowed { throw GraphError(131056, details: "Too many messages to this person in a short time.") }
        }
    }

    /// `service`, or the template's category.
    private func category(of body: JSON, type: String, number: PhoneNumber) throws(GraphError) -> String {
        guard type == "template" else { return "service" }
        let known = templates[number.wabaID, default: []]
        // A WABA whose templates nobody wrote down here takes any name.
        guard !known.isEmpty else { return "utility" }
        let name = body["template"]?["name"]?.string
        let language = body["template"]?["language"]?["code"]?.string
        guard let match = known.first(where: { $0["name"]?.string == name && $0["language"]?.string == language })
        else {
            throw GraphError(
                132001, details: "template name (\(name ?? "")) does not exist in \(language ?? "")")
        }
        return (match["category"]?.string ?? "UTILITY").lowercased()
    }

    private func reply(to input: String, message: StoredMessage, handset: Handset) -> JSON {
        var contact = JSONObject([("input", .string(input))])
        if message.isByUserID {
            contact["user_id"] = .string(input)
            if !handset.hidesPhone { contact["wa_id"] = handset.number.map { .string($0) } }
        } else {
            contact["wa_id"] = .string(message.to)
        }
        let sent: JSON = ["id": .string(message.id), "message_status": "accepted"]
        return ["messaging_product": "whatsapp", "contacts": [.object(contact)], "messages": [sent]]
    }
}
