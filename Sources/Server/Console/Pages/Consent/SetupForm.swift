/// The fields of a set-up, new or changed: `name`, `origins` (one a line), `configuration.{key}` for what the plugin's schema names, and
/// `configuration` for the rest, as JSON.
struct SetupForm {
    let fields: [SchemaField]
    /// Whether the plugin serves pages.
    let hasPages: Bool
    let form: FormState
    let words: Words

    func groups(before: [Field] = []) -> [Form.Group] {
        let name = Field("name", .text, words["source.name"], in: form, hint: words["source.name_hint"])
        let origins =
            hasPages
            ? [
                Field(
                    "origins", .area(rows: 3), words["source.origins"], in: form, hint: words["source.origins_hint"],
                    required: false)
            ] : []
        let rest = Field(
            "configuration", .area(rows: 8), words["source.json"], in: form, hint: words["source.json_hint"],
            required: false)
        return [.init(before + [name] + origins)]
            + (fields.isEmpty
                ? [] : [.init(words["source.configuration"], fields.map { $0.field(in: form, words) })])
            + [.init(words["source.json_group"], help: words["source.json_help"], [rest])]
    }
}
