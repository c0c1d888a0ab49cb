/// What the default script says in one language: everything, so that no language can lack a text.
struct DefaultTexts: Sendable {
    var greeting: String
    var unclear: String
    var reminder: String
    var stopped: String

    var age: String
    var yes: String
    var no: String
    var tooYoung: String
    /// Follows in a chat: on a page there was no message.
    var deleted: String

    /// The first question, for the first purpose.
    var first: String
    /// For a further purpose.
    var further: String
    /// For a purpose that concerns special categories of data (Art. 9 GDPR).
    var special: String
    var footer: String
    var agree: String
    var agreeExplicitly: String
    var decline: String

    var handedOver: String
    var refused: String
}
