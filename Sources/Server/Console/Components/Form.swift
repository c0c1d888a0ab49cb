/// What a person fills in and sends. The template adds the field against forged requests.
struct Form: Component {
    static let template = "form"

    struct Group: Component {
        static let template = "field-group"

        let legend: String?
        let help: String?
        let fields: [Field]

        /// Fields that need no title of their own.
        init(_ fields: [Field]) {
            legend = nil
            help = nil
            self.fields = fields
        }

        init(_ legend: String, help: String? = nil, _ fields: [Field]) {
            self.legend = legend
            self.help = help
            self.fields = fields
        }
    }

    struct Hidden: Component {
        static let template = "hidden"

        let name: String
        let value: String
    }

    let action: String
    let groups: [Group]
    let hidden: [Hidden]
    let submit: String
    let cancelHref: String?
    let isDangerous: Bool
    /// Asked by a dialog before the form is sent, where scripts run.
    let confirmation: String?

    init(
        to action: String, submit: String, groups: [Group], hidden: [(String, String)] = [],
        cancel cancelHref: String? = nil, isDangerous: Bool = false, confirmation: String? = nil
    ) {
        self.action = action
        self.groups = groups
        self.hidden = hidden.map { Hidden(name: $0.0, value: $0.1) }
        self.submit = submit
        self.cancelHref = cancelHref
        self.isDangerous = isDangerous
        self.confirmation = confirmation
    }
}

/// A single button that does something at once.
struct ActionForm: Component {
    static let template = "action-form"

    let action: String
    let submit: String
    /// Read out after the button's word, where several look alike: "Revoke *key Shop*".
    var subject: String?
    var isDangerous = false
    var isPrimary = false
    var confirmation: String?
}

/// A button that opens what must be filled in before something is done, such as a reason.
struct Disclosure: Component {
    static let template = "disclosure"

    let summary: String
    var subject: String?
    var isDangerous = false
    var isOpen = false
    var explanation: String?
    let form: Form
}

extension Disclosure {
    /// Something that is recorded with its reason, which the field `{name}.reason` asks for.
    /// - Parameter key: of what it is called; `{key}.text` explains it.
    init(
        reasoned name: String, _ key: String, to path: String, in state: FormState, isDangerous: Bool,
        isRequired: Bool = true, confirmation: String? = nil, _ words: Words
    ) {
        let field = Field.reason(name + ".reason", in: state, isRequired: isRequired, words)
        self.init(
            summary: words[key], isDangerous: isDangerous, isOpen: state.problems[field.name] != nil,
            explanation: words[key + ".text"],
            form: Form(
                to: path, submit: words[key], groups: [.init([field])], isDangerous: isDangerous,
                confirmation: confirmation))
    }
}

extension Field {
    /// Why something is done: it stands in the audit trail.
    static func reason(_ name: String, in state: FormState, isRequired: Bool = true, _ words: Words) -> Field {
        Field(
            name, .area(rows: 2), words["field.reason"], in: state, hint: words["field.reason_hint"],
            required: isRequired)
    }
}

/// Buttons and disclosures beside each other.
struct Actions: Component {
    static let template = "actions"

    let blocks: [Block]

    init(_ blocks: [Block]) { self.blocks = blocks }
}
