public import struct Foundation.Date

/// A consent source that asks in the chat, before anything else is said there.
///
/// The platform keeps what the person writes quarantined, hands each message to the plugin in order, carries out what the step says in
/// one transaction, and keeps the dialogue's state sealed with the person's key. The plugin keeps nothing and reads no clock.
public protocol ConversingConsentSource: ConfiguredConsentSource {
    func step(_ turn: DialogueTurn, in setup: SourceSetup) -> DialogueStep
}

/// What happened in a dialogue.
public struct DialogueTurn: Sendable {
    public enum Event: Sendable, Hashable {
        /// The person wrote or pressed something.
        case message(MessageContent)
        /// The time that the last step asked for has come, and the person has not written since.
        case silence
    }

    public var event: Event
    /// What the last step left; nil at the beginning.
    public var state: JSON?
    /// Names of purposes to which the person has agreed already on this channel.
    public var agreed: Set<String>
    /// Language tags that are likely the person's, the likeliest first: from the page a code came from, from the number's country.
    public var languages: [String]
    /// Where the chat was entered, when a code or an ad told: `widget`, `page`, `ad`, `link`.
    public var entry: String?
    /// When the person acted, by the messenger's clock, often in whole seconds; nil for silence. What was written before a question
    /// was asked answers nothing.
    public var occurredAt: Date?
    public var now: Date

    public init(
        event: Event, state: JSON?, agreed: Set<String> = [], languages: [String] = [], entry: String? = nil,
        occurredAt: Date? = nil, now: Date
    ) {
        self.event = event
        self.state = state
        self.agreed = agreed
        self.languages = languages
        self.entry = entry
        self.occurredAt = occurredAt
        self.now = now
    }
}

/// What a dialogue does next.
public struct DialogueStep: Sendable {
    public enum Outcome: Sendable, Hashable {
        /// The person is being asked, also when one of several purposes has been agreed to already: what they write next comes to the
        /// plugin, until a step says otherwise. At `until` without a word from them the plugin is asked again with `silence`; nil waits
        /// for the person, or the end of the quarantine.
        case asking(until: Date?)
        /// The person agreed to begin: what they wrote is released to the tenant in order, and the tenant takes over.
        case admitted
        /// The person does not want to: what they wrote is destroyed now.
        case refused
        /// Nothing more is asked or said; what was written goes when its time is over.
        case leftAlone
    }

    public var outcome: Outcome
    /// Sent to the person in this order, before the tenant can say anything.
    public var replies: [MessageContent]
    /// What the person did, each with evidence.
    public var events: [ConsentEventDraft]
    /// Kept for the next turn; at most 8 kB encoded.
    public var state: JSON

    public init(
        _ outcome: Outcome, replies: [MessageContent] = [], events: [ConsentEventDraft] = [], state: JSON = .null
    ) {
        self.outcome = outcome
        self.replies = replies
        self.events = events
        self.state = state
    }
}
