internal import Mustache

public import struct Foundation.TimeZone

/// The texts of one language, and how it writes numbers and times.
public struct Words: Sendable {
    let language: Language
    let catalogue: Catalogue
    let zone: TimeZone

    subscript(_ key: String) -> String {
        // Shown, so that it is seen; tests render everything and look for the bracket.
        catalogue[key] ?? "⟦\(key)⟧"
    }

    /// The text with `{name}` replaced by values.
    func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        var rest = self[key][...]
        var result = ""
        // One pass: what a value contains is never replaced again.
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: start)..<end])
            result += rest[..<start]
            result += values[name] ?? "⟦\(name)⟧"
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// `key.one` or `key.other` with `{count}`.
    func count(_ key: String, _ count: Int) -> String {
        self(key + (count == 1 ? ".one" : ".other"), ["count": number(count)])
    }

    /// The word for a value of an enumeration, e.g. `name(of: .suspended, in: "tenant.state")`.
    func name<Value: RawRepresentable<String>>(of value: Value, in family: String) -> String {
        self["\(family).\(value.rawValue)"]
    }

    /// The word for a value of an open set; the value itself when there is none.
    func word(for value: String, in family: String) -> String {
        catalogue.texts["\(family).\(value)"] == nil ? value : self["\(family).\(value)"]
    }
}

extension Words {
    /// A member's roles, by name.
    func roles(_ roles: [String]) -> String { roles.map { word(for: $0, in: "role") }.joined(separator: ", ") }
}

/// The texts as templates reach them, under `t`: `{{t.table.next}}`.
struct WordTree: MustacheParent, CustomStringConvertible {
    let words: Words
    /// The way to a key, as far as a template's name has been followed.
    var path = ""

    /// The text, where the way ends; else the rest of the way.
    func child(named name: String) -> Any? {
        let key = path.isEmpty ? name : path + "." + name
        return words.catalogue.texts[key] == nil ? WordTree(words: words, path: key) : words[key]
    }

    /// What a template shows that names no text: the same bracket as `Words`.
    var description: String { words[path] }
}
