import Console
import Platform
import PluginKit

/// What the form of a set-up says: the members of its configuration that the plugin's schema names have fields of their own, all others
/// stand as JSON.
struct SetupValues {
    let schema: ConfigurationSchema

    private static let part = "configuration"

    var fields: [SchemaField] {
        schema.fields.map { field in
            var shown = SchemaField(field, in: Self.part)
            // Left empty, it is left out; the plugin says what it cannot do without.
            shown.isRequired = field.required && field.fallback == nil
            return shown
        }
    }

    func state(_ view: ConsentSourceView) -> FormState {
        var values = ["name": view.source.name, "origins": view.source.origins.joined(separator: "\n")]
        values["revision"] = String(view.source.revision)
        var rest: [(String, JSON)] = []
        for member in view.configuration.object?.members ?? [] {
            guard let field = schema.fields.first(where: { $0.key == member.name }),
                let text = Self.text(member.value, field.kind)
            else {
                rest.append((member.name, member.value))
                continue
            }
            values["\(Self.part).\(member.name)"] = text
        }
        if !rest.isEmpty { values[Self.part] = JSON.object(JSONObject(rest)).text }
        return FormState(values)
    }

    /// - Throws: `.invalid` for what is no JSON object.
    func configuration(_ form: FormFields) throws -> JSON {
        let reading = FormReading(form)
        var members: [(String, JSON)] = []
        for field in schema.fields {
            let name = "\(Self.part).\(field.key)"
            guard let text = reading.optional(name) else { continue }
            members.append((field.key, Self.json(text, field.kind, reading.lines(name))))
        }
        if let text = reading.optional(Self.part) {
            let rest: JSON
            do {
                rest = try JSON(parsing: Array(text.utf8))
            } catch {
                throw PlatformError.invalid(Self.part, "this is no JSON")
            }
            guard let object = rest.object else { throw PlatformError.invalid(Self.part, "give a JSON object") }
            if let twice = object.members.first(where: { member in members.contains { $0.0 == member.name } }) {
                throw PlatformError.invalid(Self.part, "\(twice.name) has a field of its own above")
            }
            members += object.members.map { ($0.name, $0.value) }
        }
        return .object(JSONObject(members))
    }

    /// A field's name by its path at the platform; all that has none of its own is told at the JSON.
    func state(_ form: FormFields, refusedBy error: any Error, say: (String) -> String) throws -> FormState {
        var state = try FormState(form, refusedBy: error, say: say)
        let known = Set(fields.map(\.name) + ["name", "origins", "channel_id", "plugin"])
        guard let refused = error as? PlatformError else { return state }
        state.problems = [:]
        for problem in refused.fields {
            let path = String(problem.path.prefix { $0 != "[" })
            let name = known.contains(path) ? path : Self.part
            let said = say(problem.problem)
            let text = known.contains(path) || path == Self.part ? said : "\(problem.path): \(said)"
            state.problems[name] = state.problems[name].map { "\($0); \(text)" } ?? text
        }
        return state
    }

    /// - Returns: nil for a value that no field of its kind would give.
    private static func text(_ value: JSON, _ kind: ConfigurationSchema.Field.Kind) -> String? {
        switch kind {
        case .list:
            guard let items = value.array, items.allSatisfy({ $0.string?.contains("\n") == false }) else { return nil }
            return items.compactMap(\.string).joined(separator: "\n")
        case .integer: return value.int.map(String.init)
        case .boolean: return value.bool.map { $0 ? "true" : "false" }
        case .text, .digits, .url, .oneOf: return value.string
        }
    }

    private static func json(_ text: String, _ kind: ConfigurationSchema.Field.Kind, _ lines: [String]) -> JSON {
        switch kind {
        case .list: .array(lines.map { .string($0) })
        // What is no number goes on as text: the plugin says what it wants.
        case .integer: Int(text).map { .number(String($0)) } ?? .string(text)
        case .boolean: .bool(text == "true")
        case .text, .digits, .url, .oneOf: .string(text)
        }
    }
}
