/// A value within a table's cell or a list of facts.
struct Inline: Component {
    static let template = "inline"

    var text: String?
    var href: String?
    /// An id, hash or address: in a fixed-width face, kept whole.
    var code: String?
    var badge: Badge?
    var moment: Moment?
    /// A second line, smaller.
    var note: String?
    /// Each in a row of its own.
    var lines: [String] = []
    /// Said instead of a value that is not there.
    var absence: String?
    /// A small form, such as a button that revokes.
    var action: ActionForm?

    static func text(_ text: String, note: String? = nil) -> Inline { Inline(text: text, note: note) }
    static func link(_ text: String, _ href: String, note: String? = nil) -> Inline {
        Inline(text: text, href: href, note: note)
    }
    static func code(_ code: String, note: String? = nil) -> Inline { Inline(code: code, note: note) }
    static func badge(_ badge: Badge, note: String? = nil) -> Inline { Inline(badge: badge, note: note) }
    static func moment(_ moment: Moment) -> Inline { Inline(moment: moment) }
    static func lines(_ lines: [String], absence: String) -> Inline {
        Inline(lines: lines, absence: lines.isEmpty ? absence : nil)
    }
    static func absent(_ text: String) -> Inline { Inline(absence: text) }

    /// The text, or what is said when it is missing or empty.
    static func optional(_ text: String?, absence: String) -> Inline {
        guard let text, !text.isEmpty else { return .absent(absence) }
        return .text(text)
    }

    static func optional(_ moment: Moment?, absence: String) -> Inline {
        moment.map { .moment($0) } ?? .absent(absence)
    }
}
