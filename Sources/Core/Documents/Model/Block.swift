/// A piece of a document, in reading order.
public enum Block: Sendable, Hashable {
    /// Level 1 is the highest below the title. `number` is written as given, e.g. `7`, `Annex II`; nil for none.
    case heading(level: Int, number: String?, text: String)
    case paragraph(RichText)
    /// A paragraph with a number of its own, e.g. `7.2` or `(a)`; `depth` 0 is the outermost.
    case clause(number: String, depth: Int, text: RichText)
    case list([RichText])
    case table(Table)
    /// Label and value, row by row.
    case definitions([Definition])
    case signatures([Signature])
    case pageBreak
    /// Small print below what it belongs to.
    case note(RichText)
}

/// What a label stands for. A value of several paragraphs has line breaks in it.
public struct Definition: Sendable, Hashable {
    public var label: String
    public var value: RichText

    public init(_ label: String, _ value: RichText) {
        self.label = label
        self.value = value
    }

    public init(_ label: String, _ value: String) {
        self.init(label, RichText(value))
    }
}
