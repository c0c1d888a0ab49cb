import PluginKit

/// A value that fits a schema, for people to look at.
enum SchemaExample {
    /// - Returns: nil when there is nothing to show.
    static func of(_ schema: JSON, depth: Int = 0) -> JSON? {
        guard depth < 8 else { return nil }
        if let example = schema["examples"]?.array?.first { return example }
        if let name = SchemaTable.reference(schema) {
            return Schemas.all.first { $0.name == name }.flatMap { of($0.schema.json, depth: depth + 1) }
        }
        if let first = (schema["oneOf"] ?? schema["anyOf"])?.array?.first { return of(first, depth: depth + 1) }
        if let word = schema["enum"]?.array?.first { return word }
        switch schema["type"]?.string ?? schema["type"]?.array?.first?.string {
        case "object": return object(schema, depth)
        case "array": return .array((schema["items"].flatMap { of($0, depth: depth + 1) }).map { [$0] } ?? [])
        case "string": return .string(texts[schema["format"]?.string ?? ""] ?? "…")
        case "integer":
            if case .number(let least)? = schema["minimum"] { return .number(least) }
            return 1
        case "boolean": return true
        default: return nil
        }
    }

    private static let texts = [
        "uuid": "0198f2a0-7c3b-7d3e-9a51-3f0c6b2e4d10", "date-time": "2026-03-01T12:00:00.000Z", "date": "2026-03-01",
        "uri": "https://wa.provider.example/",
    ]

    private static func object(_ schema: JSON, _ depth: Int) -> JSON {
        var object = JSONObject()
        for member in schema["properties"]?.object?.members ?? [] {
            object[member.name] = of(member.value, depth: depth + 1)
        }
        return .object(object)
    }

    /// With a line for each member.
    static func pretty(_ json: JSON, indent: String = "") -> String {
        let deeper = indent + "  "
        switch json {
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map {
                "\(deeper)\(JSON.string($0.name).text): \(pretty($0.value, indent: deeper))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let items) where !items.isEmpty:
            return "[\n\(items.map { deeper + pretty($0, indent: deeper) }.joined(separator: ",\n"))\n\(indent)]"
        default: return json.text
        }
    }
}
