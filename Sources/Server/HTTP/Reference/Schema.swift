import PluginKit

/// A JSON Schema (draft 2020-12), as OpenAPI 3.1 takes them.
struct Schema: Sendable, Hashable {
    var json: JSON

    init(_ json: JSON) { self.json = json }

    /// One member of an object.
    struct Field: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool

        static func required(_ name: String, _ schema: Schema) -> Field {
            Field(name: name, schema: schema, isRequired: true)
        }

        static func optional(_ name: String, _ schema: Schema) -> Field {
            Field(name: name, schema: schema, isRequired: false)
        }

        /// Of a request: missing, null, or this. Null means the same as missing.
        static func maybe(_ name: String, _ schema: Schema) -> Field {
            Field(name: name, schema: schema.orNull, isRequired: false)
        }
    }

    // MARK: - Kinds

    /// An object that has these members and no others.
    static func object(_ fields: Field...) -> Schema { object(fields) }

    static func object(_ fields: [Field], isOpen: Bool = false) -> Schema {
        var json = JSONObject([("type", "object")])
        json["properties"] = .object(JSONObject(fields.map { ($0.name, $0.schema.json) }))
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { json["required"] = .array(required) }
        if !isOpen { json["additionalProperties"] = false }
        return Schema(.object(json))
    }

    /// An object whose members have names that are not known here.
    static func dictionary(of schema: Schema) -> Schema {
        Schema(["type": "object", "additionalProperties": schema.json])
    }

    static func array(of schema: Schema, atLeast minimum: Int = 0, atMost maximum: Int? = nil) -> Schema {
        var json = JSONObject([("type", "array"), ("items", schema.json)])
        if minimum > 0 { json["minItems"] = .int(minimum) }
        if let maximum { json["maxItems"] = .int(maximum) }
        return Schema(.object(json))
    }

    static func text(
        _ lengths: ClosedRange<Int>? = nil, pattern: String? = nil, format: String? = nil, example: String? = nil
    ) -> Schema {
        var json = JSONObject([("type", "string")])
        if let lengths {
            if lengths.lowerBound > 0 { json["minLength"] = .int(lengths.lowerBound) }
            if lengths.upperBound < .max { json["maxLength"] = .int(lengths.upperBound) }
        }
        json["pattern"] = pattern.map { .string($0) }
        json["format"] = format.map { .string($0) }
        json["examples"] = example.map { [.string($0)] }
        return Schema(.object(json))
    }

    static func oneOf(_ words: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(words.map { .string($0) })])
    }

    static func integer(_ range: ClosedRange<Int>) -> Schema {
        var json = JSONObject([("type", "integer")])
        if range.lowerBound > .min { json["minimum"] = .int(range.lowerBound) }
        if range.upperBound < .max { json["maximum"] = .int(range.upperBound) }
        return Schema(.object(json))
    }

    /// Words of a person: not white space alone, and without U+0000, which PostgreSQL's text has not.
    static func title(_ limit: Int) -> Schema { text(1...limit, pattern: "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$") }

    static let count = integer(0...Int.max)
    /// Of a thing's `ETag`.
    static let revision = integer(1...Int.max)
    static let bool = Schema(["type": "boolean"])
    static let id = text(pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", format: "uuid")
    /// RFC 3339.
    static let time = text(format: "date-time")
    static let date = text(pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", format: "date")
    static let sha256 = text(pattern: "^[0-9a-f]{64}$")
    static let region = text(1...63, pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", example: "eu-central")
    static let country = text(pattern: "^[A-Z]{2}$", example: "DE")
    static let url = text(format: "uri")
    static let anything = Schema([:])

    /// One of the document's components.
    static func named(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }

    /// `{"data": […], "next_cursor": …}`.
    static func list(of schema: Schema) -> Schema {
        .object(.required("data", .array(of: schema)), .required("next_cursor", Schema.text().orNull))
    }

    static func list(of name: String) -> Schema { list(of: .named(name)) }

    /// The same, or null.
    var orNull: Schema {
        if let kind = json["type"]?.string, json["enum"] == nil {
            var object = json.object ?? JSONObject()
            object["type"] = [.string(kind), "null"]
            return Schema(.object(object))
        }
        return Schema(["anyOf": [json, ["type": "null"]]])
    }

    /// Of an array: each element once.
    var unique: Schema {
        var object = json.object ?? JSONObject()
        object["uniqueItems"] = true
        return Schema(.object(object))
    }

    func described(_ text: String) -> Schema {
        // Beside $ref a description is allowed since 3.1.
        var object = json.object ?? JSONObject()
        object["description"] = .string(text)
        return Schema(.object(object))
    }
}
