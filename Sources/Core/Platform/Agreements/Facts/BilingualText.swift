public import Documents

/// A text in each language that an agreement can be made in.
public struct BilingualText: Sendable, Hashable, Codable {
    public var german: String
    public var english: String

    private enum CodingKeys: String, CodingKey {
        case german = "de"
        case english = "en"
    }

    public init(german: String, english: String) {
        self.german = german
        self.english = english
    }

    /// For what is the same in every language: names, or words that exist in one only.
    public init(_ both: String) {
        self.init(german: both, english: both)
    }

    public subscript(_ language: DocumentLanguage) -> String {
        switch language {
        case .german: german
        case .english: english
        }
    }
}
