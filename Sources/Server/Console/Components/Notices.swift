/// Something the reader should know before going on.
struct Notice: Component {
    static let template = "notice"

    let tone: String
    let title: String?
    let text: String
    let lines: [String]
    let link: ActionLink?

    init(
        _ tone: Badge.Tone, title: String? = nil, _ text: String, lines: [String] = [], link: ActionLink? = nil
    ) {
        self.tone = tone.rawValue
        self.title = title
        self.text = text
        self.lines = lines
        self.link = link
    }
}

/// Said instead of a list that has nothing in it.
struct EmptyState: Component {
    static let template = "empty-state"

    let title: String
    let text: String
    var action: ActionLink?
}

/// Something that went wrong: what, what to do, and what to quote when asking for help.
struct ProblemState: Component {
    static let template = "problem-state"

    let sentence: String
    let remedy: String?
    let code: String?
    let requestID: String?
    let actions: [ActionLink]
}

/// One person asked; another must agree.
struct FourEyes: Component {
    static let template = "four-eyes"

    let text: String
    let moment: Moment
    let waiting: String
    let link: ActionLink?
}

/// Prose between other parts.
struct Paragraph: Component {
    static let template = "paragraph"

    let text: String
}
