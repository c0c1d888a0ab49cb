/// A field of a plugin's configuration schema, to be filled in.
public struct SchemaField: Sendable, Codable {
    public enum Kind: String, Sendable, Codable { case text, integer, boolean, url, choice, list }

    /// The form's field name, with the schema's: `configuration.phone_number_id`.
    public var name: String
    /// As the plugin calls it.
    public var key: String
    public var kind: Kind
    public var isRequired: Bool
    public var isSecret: Bool
    public var help: String
    public var choices: [String]

    public init(
        name: String, key: String, kind: Kind, isRequired: Bool, isSecret: Bool, help: String,
        choices: [String] = []
    ) {
        self.name = name
        self.key = key
        self.kind = kind
        self.isRequired = isRequired
        self.isSecret = isSecret
        self.help = help
        self.choices = choices
    }

    /// - Parameters:
    ///   - note: said after the plugin's own help.
    ///   - isRequired: as the schema says, unless said otherwise.
    func field(in form: FormState, note: String? = nil, isRequired: Bool? = nil, _ words: Words) -> Field {
        let hint = [help, note].compactMap { $0 }.joined(separator: " ")
        let required = isRequired ?? self.isRequired
        func made(_ kind: Field.Kind, choices: [(value: String, text: String, hint: String?)] = []) -> Field {
            Field(
                name, kind, key, in: form, hint: hint, required: required, autocomplete: isSecret ? "off" : nil,
                choices: choices)
        }
        if isSecret { return made(.password) }
        switch kind {
        case .text: return made(.code)
        case .integer: return made(.number)
        case .url: return made(.url)
        case .list: return made(.area(rows: 2))
        case .boolean:
            return made(
                .radios, choices: [("true", words["form.yes"], nil), ("false", words["form.no"], nil)])
        case .choice:
            let none = required ? [] : [(value: "", text: words["form.no_choice"], hint: String?.none)]
            return made(.select, choices: none + choices.map { ($0, $0, nil) })
        }
    }
}
