/// One thing to fill in, with its label, its hint and what was wrong with it, tied together for screen readers.
struct Field: Component {
    static let template = "field"

    struct Choice: Component {
        static let template = "choice"

        let id: String
        let name: String
        let value: String
        let text: String
        let hint: String?
        let isChosen: Bool
    }

    enum Kind {
        case text, email, password, search, date, number, url, code, telephone
        case area(rows: Int)
        case select, radios, boxes
        case box
    }

    let id: String
    let name: String
    let label: String
    let hint: String?
    let error: String?
    /// The first value, or empty.
    let value: String
    let required: Bool
    let autocomplete: String?
    /// The ids of hint and error.
    let describedBy: String?
    let choices: [Choice]
    /// So many that they stand in columns.
    let isLong: Bool
    /// `type` of an `input`; nil for the other kinds.
    let inputType: String?
    let inputMode: String?
    let rows: String?
    let isSelect: Bool
    let isRadios: Bool
    let isBoxes: Bool
    let isBox: Bool
    let isTicked: Bool
    let isCode: Bool
    /// Content of unknown direction.
    let isProse: Bool

    init(
        _ name: String, _ kind: Kind = .text, _ label: String, in state: FormState, hint: String? = nil,
        required: Bool = true, autocomplete: String? = nil, idSuffix: String? = nil,
        choices: [(value: String, text: String, hint: String?)] = []
    ) {
        // Several forms of one page may ask for the same thing.
        let base = Self.id(of: name) + (idSuffix.map { "-" + Self.id(of: $0) } ?? "")
        id = base
        self.name = name
        self.label = label
        self.hint = hint
        self.required = required
        self.autocomplete = autocomplete
        error = state.problems[name]
        let values = state.values[name] ?? []
        var type: String?
        var mode: String?
        var rows: String?
        var shows = (select: false, radios: false, boxes: false, box: false, code: false, prose: false, secret: false)
        switch kind {
        case .text: (type, shows.prose) = ("text", true)
        case .email: (type, mode) = ("email", "email")
        case .password: (type, shows.secret) = ("password", true)
        case .search: (type, shows.prose) = ("search", true)
        case .date: type = "date"
        case .number: (type, mode, shows.code) = ("text", "numeric", false)
        case .url: (type, mode) = ("url", "url")
        case .code: (type, shows.code) = ("text", true)
        case .telephone: (type, mode) = ("tel", "tel")
        case .area(let count): (rows, shows.prose) = (String(count), true)
        case .select: shows.select = true
        case .radios: shows.radios = true
        case .boxes: shows.boxes = true
        case .box: shows.box = true
        }
        inputType = type
        inputMode = mode
        self.rows = rows
        (isSelect, isRadios, isBoxes, isBox) = (shows.select, shows.radios, shows.boxes, shows.box)
        isTicked = values.first == "yes"
        (isCode, isProse) = (shows.code, shows.prose)
        // A secret that was typed is never sent back.
        value = shows.secret ? "" : values.first ?? ""
        let parts = [hint.map { _ in base + "-hint" }, state.problems[name].map { _ in base + "-error" }].compactMap {
            $0
        }
        describedBy = parts.isEmpty ? nil : parts.joined(separator: " ")
        isLong = choices.count > 12
        self.choices = choices.enumerated().map { index, choice in
            Choice(
                id: "\(base)-\(index)", name: name, value: choice.value, text: choice.text, hint: choice.hint,
                isChosen: values.contains(choice.value))
        }
    }

    static func id(of name: String) -> String {
        "f-"
            + name.unicodeScalars.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) ? String($0) : "-" }
            .joined()
    }
}
