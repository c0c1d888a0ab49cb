/// A run of text within a paragraph.
public enum Inline: Sendable, Hashable {
    case text(String)
    case strong(String)
    case emphasis(String)
    /// Hashes, identifiers: in a font in which each character is told from the next.
    case code(String)

    var string: String {
        switch self {
        case .text(let string), .strong(let string), .emphasis(let string), .code(let string): string
        }
    }
}

/// The text of a paragraph, a cell, an item.
public struct RichText: Sendable, Hashable, ExpressibleByArrayLiteral {
    public var inlines: [Inline]

    public init(_ inlines: [Inline]) {
        self.inlines = inlines
    }

    /// Text without emphasis.
    public init(_ string: String) {
        inlines = [.text(string)]
    }

    public init(arrayLiteral inlines: Inline...) {
        self.inlines = inlines
    }

    /// The same without its emphasis.
    public var plain: String { inlines.map(\.string).joined() }
}
