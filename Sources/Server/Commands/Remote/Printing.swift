import PluginKit

/// A column of a table: its head, and where its value stands in an item, such as `fault.code`.
struct Column: Sendable, ExpressibleByStringLiteral {
    var head: String
    var path: [String]

    init(stringLiteral text: String) { self.init(text, text) }

    init(_ head: String, _ path: String) {
        self.head = head
        self.path = path.split(separator: ".").map(String.init)
    }

    func text(in item: JSON) -> String {
        Table.text(path.reduce(JSON?.some(item)) { value, name in value?[name] } ?? .null)
    }
}

/// Values in columns that stand under each other.
enum Table {
    static func lines(_ columns: [Column], _ items: [JSON]) -> [String] {
        let rows = [columns.map { $0.head.uppercased() }] + items.map { item in columns.map { $0.text(in: item) } }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padded = zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            return padded.joined(separator: "  ").trimmingEnd
        }
    }

    /// The members of one thing, a line each; those within another as `outer.inner`.
    static func lines(of item: JSON) -> [String] {
        let members = flat(item, "")
        let width = members.map(\.name.count).max() ?? 0
        return members.map { name, text in
            (name + String(repeating: " ", count: width - name.count) + "  " + text).trimmingEnd
        }
    }

    private static func flat(_ item: JSON, _ prefix: String) -> [(name: String, text: String)] {
        (item.object?.members ?? []).flatMap { member -> [(name: String, text: String)] in
            let name = prefix + member.name
            if member.value.object?.members.isEmpty == false { return flat(member.value, name + ".") }
            return [(name, text(member.value))]
        }
    }

    /// On one line, without what could steer a terminal: what others typed is shown here.
    static func text(_ value: JSON) -> String {
        let text =
            switch value {
            case .null: "-"
            case .string(let text): text
            case .bool(let bool): bool ? "yes" : "no"
            case .number(let text): text
            case .array(let elements): elements.isEmpty ? "-" : elements.map(Self.text).joined(separator: ", ")
            case .object: value.text
            }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: " "
                    default: scalar
                    }
                }))
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var slice = self[...]
        while slice.last == " " { slice.removeLast() }
        return String(slice)
    }
}
