/// A column of the files by which declarations of a consent source are brought in many at once.
public struct ImportColumn: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case text
        /// A whole number.
        case number
        /// `true` or `false`.
        case flag
    }

    /// Where the value stands in the body that `consentEvent` reads, e.g. `occurred_at`, `evidence.text`.
    public var path: String
    public var kind: Kind

    public init(_ path: String, _ kind: Kind = .text) {
        self.path = path
        self.kind = kind
    }
}

extension ConsentSourcePlugin {
    /// None: its consents come one at a time.
    public var importColumns: [ImportColumn] { [] }
}
