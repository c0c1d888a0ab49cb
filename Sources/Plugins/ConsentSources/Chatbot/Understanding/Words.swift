/// What counts as an answer in one language. All in the form that `Utterance` gives a text: small letters, no accents, no apostrophes.
///
/// A message is an answer only when it is one of these and nothing more, but for a word of politeness before or after it. There is no
/// list of negations: what has one is not on the list of agreements.
struct Words: Sendable {
    /// A plain yes. Not enough where consent must be explicit (Art. 9(2)(a) GDPR).
    var yes: [String]
    /// A sentence that says what it agrees to do: enough everywhere.
    var consent: [String]
    var no: [String]
    /// Ends it, at any time and in any place: a refusal, and a withdrawal of what was agreed (Art. 7(3) GDPR).
    var stop: [String]
    /// Begins again after a refusal.
    var start: [String]
    /// May stand before or after.
    var please: [String]
    /// May stand before or after a yes or no; after `ok` it makes an acknowledgement of it, which is no consent.
    var thanks: [String]
    /// Asks for this language.
    var language: [String]
    /// Words by which a text is known to be in this language, one point each.
    var common: Set<String>
    /// As `common`, but so typical that one is enough.
    var typical: Set<String>
    /// Words that mean something else here than in the language that has them as an answer.
    var falseFriends: Set<String> = []

    static let all: [String: Words] = [
        "de": german, "en": english, "es": spanish, "fr": french, "it": italian, "pl": polish,
    ]

    /// Neither yes nor no, but said to the question.
    static let hedges: Set<String> = [
        "jain", "vielleicht", "aber", "nicht", "kein", "keine", "weiss", "maybe", "perhaps", "but", "not", "dont",
        "peut",
        "etre", "mais", "pas", "quiza", "quizas", "pero", "tal", "vez", "forse", "ma", "non", "moze", "ale", "chyba",
        "warum",
        "why", "pourquoi", "porque", "perche", "dlaczego", "was", "what", "quoi", "que", "cosa", "co", "wer", "who",
        "qui",
        "quien", "chi", "kto",
    ]
}
