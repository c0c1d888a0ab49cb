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

    /// Nil when nothing is wrong with a page where several things are done, each with a reason of its own:
    /// `{action}.reason`.
    /// - Parameters:
    ///   - others: fields before those, with what they are called.
    ///   - family: under which the actions' words are.
    init?<Action: RawRepresentable<String>>(
        _ state: FormState, also others: [(String, String)] = [], reasonsOf actions: [Action], in family: String,
        _ words: Words
    ) {
        let reasons = actions.map {
            ($0.rawValue + ".reason", words.name(of: $0, in: family) + ", " + words["field.reason"])
        }
        self.init(
            state, order: (others + reasons).map(\.0),
            labels: Dictionary(others + reasons, uniquingKeysWith: { first, _ in first }), words: words)
    }

    /// Nil when nothing is wrong with these fields' form.
    init?(_ state: FormState, fields: [Field], words: Words) {
        self.init(
            state, order: fields.map(\.name),
            labels: Dictionary(fields.map { ($0.name, $0.label) }, uniquingKeysWith: { $1 }), words: words)
    }
}
