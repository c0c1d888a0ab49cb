/// A message on its way to a messenger.
public struct OutboundMessage: Sendable {
    /// Our id, handed to the messenger so that its statuses name it.
    public var reference: String
    /// The person's identities, most dependable first.
    public var recipient: [Identity]
    public var content: MessageContent

    public init(reference: String, recipient: [Identity], content: MessageContent) {
        self.reference = reference
        self.recipient = recipient
        self.content = content
    }
}

/// What became of an attempt to deliver.
public enum DeliveryOutcome: Sendable {
    /// The messenger has it.
    /// - Parameters:
    ///   - providerID: the messenger's id of the message.
    ///   - recipient: the person's address as the messenger spells it, when it says so.
    case accepted(providerID: Personal<String>, recipient: Identity?)
    /// Nothing was sent, or the messenger certainly refused for now: try again with backoff.
    case retry(ChannelFault)
    /// The messenger limits the rate: hold back for that scope.
    case wait(ChannelFault, scope: WaitScope)
    /// It will never be delivered.
    case giveUp(ChannelFault)
    /// The person told the messenger that they want no more messages for that purpose: it counts as a withdrawal of their consent.
    case withdrawn(ChannelFault, purpose: String)
    /// The channel cannot send until somebody acts (credentials, permission, restriction): stop it and keep what is queued.
    case stopChannel(ChannelFault)
    /// The messenger may or may not have it: wait for a status that carries our reference before trying again.
    case unclear(ChannelFault)
}

public enum WaitScope: String, Sendable {
    case conversation, channel
}

/// What a messenger says went wrong. The code is stable; the message quotes no personal data.
public struct ChannelFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The messenger's code, e.g. `131047`, or a word of the plugin's for what never got an answer, e.g. `timeout`.
    public var code: String
    public var message: String
    /// What would mend it, in a sentence.
    public var remedy: String?

    public init(code: String, message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(code): \(message)" }
}
