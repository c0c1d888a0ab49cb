/// One thing that changed. Nil: it was not there, or is no longer.
public struct Difference: Sendable, Codable {
    public var term: String
    public var before: String?
    public var after: String?

    public init(term: String, before: String?, after: String?) {
        self.term = term
        self.before = before
        self.after = after
    }

    static func comparison(_ differences: [Difference]) -> Comparison {
        Comparison(rows: differences.map { .init(term: $0.term, before: $0.before, after: $0.after) })
    }
}
