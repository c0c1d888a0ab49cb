import PluginKit

/// A JSON schema as a table of its fields; those of objects within it stand below, indented.
struct SchemaTable: Sendable {
    private let schema: JSON

    init(_ schema: Schema) { self.schema = schema.json }

    var html: HTML {
        let help = schema["description"]?.string.map { HTML.element("p", [:], .prose($0)) } ?? []
        if let reference = Self.reference(schema) {
            return [.element("p", [:], .link("#schema-" + reference, reference)), help]
        }
        if let choices = schema["oneOf"]?.array {
            return [
                .element("p", [:], .text("Exactly one of these:")),
                .element("ul", [:], HTML(choices.map { .element("li", [:], SchemaTable(Schema($0)).html) })), help,
            ]
        }
        let rows = Self.rows(schema, depth: 0)
        if rows.isEmpty { return [.element("p", [:], Self.kind(schema)), help] }
        return [help, .table(["Field", "Kind", "Needed", ""], rows)]
    }

    /// The component that a schema stands for.
    static func reference(_ schema: JSON) -> String? {
        schema["$ref"]?.string?.split(separator: "/").last.map(String.init)
    }

    private static func rows(_ schema: JSON, depth: Int) -> [[HTML]] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object?.members ?? []).flatMap { member -> [[HTML]] in
            let indent = HTML.element("span", ["class": "depth-\(min(depth, 4))"], .code(member.name))
            let row: [HTML] = [
                indent, kind(member.value), .text(required.contains(member.name) ? "yes" : "no"),
                .prose(member.value["description"]?.string ?? ""),
            ]
            return [row] + rows(within(member.value), depth: depth + 1)
        }
    }

    /// What an array or a choice with null holds.
    private static func within(_ schema: JSON) -> JSON {
        if let items = schema["items"] { return within(items) }
        if let choices = schema["anyOf"]?.array, let first = choices.first { return within(first) }
        return schema
    }

    /// What it is, in a few words.
    static func kind(_ schema: JSON) -> HTML {
        if let name = reference(schema) { return .link("#schema-" + name, name) }
        if let choices = schema["anyOf"]?.array {
            let kinds = choices.map { kind($0) }
            return HTML(kinds.enumerated().flatMap { $0 == 0 ? [$1] : [.text(" or "), $1] })
        }
        if let words = schema["enum"]?.array {
            return HTML(
                words.compactMap(\.string).enumerated().flatMap { $0 == 0 ? [.code($1)] : [.text(", "), .code($1)] })
        }
        let kinds = schema["type"]?.string.map { [$0] } ?? (schema["type"]?.array ?? []).compactMap(\.string)
        guard !kinds.isEmpty else { return .text("anything") }
        var pieces: [HTML] = []
        for kind in kinds {
            if !pieces.isEmpty { pieces.append(.text(" or ")) }
            if kind == "array", let items = schema["items"] {
                pieces += [.text("array of "), self.kind(items)]
            } else if kind == "string", let format = schema["format"]?.string {
                pieces.append(.text(words[format] ?? format))
            } else {
                pieces.append(.text(words[kind] ?? kind))
            }
        }
        let limits = limits(schema)
        return HTML(pieces + (limits.isEmpty ? [] : [.text(", " + limits)]))
    }

    private static let words = [
        "string": "text", "integer": "whole number", "boolean": "true or false", "date-time": "time (RFC 3339)",
        "date": "date", "uuid": "id", "uri": "URL",
    ]

    private static func limits(_ schema: JSON) -> String {
        func number(_ name: String) -> String? {
            if case .number(let text)? = schema[name], text.utf8.count < 19 { text } else { nil }
        }
        let ranges = [
            ("minLength", "maxLength", " characters"), ("minimum", "maximum", ""), ("minItems", "maxItems", " of them"),
        ]
        return ranges.compactMap { low, high, unit in
            switch (number(low), number(high)) {
            case (let low?, let high?): "\(low) to \(high)\(unit)"
            case (nil, let high?): "at most \(high)\(unit)"
            case (let low?, nil): "at least \(low)\(unit)"
            case (nil, nil): nil
            }
        }.joined(separator: ", ")
    }
}
