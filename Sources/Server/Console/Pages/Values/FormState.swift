/// What stands in a form: values by field name, and what was wrong with them.
public struct FormState: Sendable, Codable, Hashable {
    /// Several for boxes. A single box that is ticked has `yes`.
    public var values: [String: [String]]
    /// By field name: one sentence in the reader's language.
    public var problems: [String: String]
    /// What is wrong with the whole.
    public var general: String?

    public init(values: [String: [String]] = [:], problems: [String: String] = [:], general: String? = nil) {
        self.values = values
        self.problems = problems
        self.general = general
    }

    /// With a value each.
    public init(_ values: [String: String]) { self.init(values: values.mapValues { [$0] }) }
}
