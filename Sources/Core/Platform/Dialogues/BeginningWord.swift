/// The word by which a person who said no wants to be asked again. Whoever is left in peace must be able to come back; nothing else that
/// they write is taken for it.
enum BeginningWord {
    /// As messengers and telephone networks know it: the opposite of STOP, in whatever language.
    private static let words: Set<String> = ["start", "unstop"]

    static func isOne(_ text: String) -> Bool { WithdrawalWord.key(text).map(words.contains) ?? false }
}
