/// All that is wrong with a form, at the top of the page, focused when the page opens.
struct ErrorSummary: Component {
    static let template = "error-summary"

    struct Item: Component {
        static let template = "error-item"

        let text: String
        let href: String?
    }

    let title: String
    let items: [Item]

    /// Nil when nothing is wrong.
    /// - Parameters:
    ///   - names: the form's fields in their order; a problem of any other field comes last.
    ///   - labels: by name, said before what is wrong, since several fields may lack the same.
    init?(_ state: FormState, order names: [String], labels: [String: String] = [:], words: Words) {
        guard state.general != nil || !state.problems.isEmpty else { return nil }
        let known = names.filter { state.problems[$0] != nil }
        let others = state.problems.keys.filter { !names.contains($0) }.sorted()
        let fields = known.map { name in
            let problem = state.problems[name] ?? ""
            return Item(text: labels[name].map { "\($0): \(problem)" } ?? problem, href: "#" + Field.id(of: name))
        }
        items =
            (state.general.map { [Item(text: $0, href: nil)] } ?? []) + fields
            + others.map { Item(text: "\($0): \(state.problems[$0] ?? "")", href: nil) }
        title = words.count("errors.title", items.count)
    }

    /// Nil when nothing is wrong with these fields' form.
    init?(_ state: FormState, fields: [Field], words: Words) {
        self.init(
            state, order: fields.map(\.name),
            labels: Dictionary(fields.map { ($0.name, $0.label) }, uniquingKeysWith: { $1 }), words: words)
    }
}
