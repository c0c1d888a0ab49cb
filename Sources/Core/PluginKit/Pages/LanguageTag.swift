/// BCP 47, as far as it is needed here.
public enum LanguageTag {
    public static func isOne(_ text: String) -> Bool {
        text.utf8.count <= 35
            && text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy {
                (1...8).contains($0.utf8.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    /// Whether the language is written from right to left.
    public static func isRightToLeft(_ language: String) -> Bool {
        let parts = language.lowercased().split(separator: "-").map(String.init)
        if parts.dropFirst().contains("latn") { return false }
        return ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"].contains(parts.first ?? "")
    }
}
