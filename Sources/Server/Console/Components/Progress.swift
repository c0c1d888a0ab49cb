/// What must be there before something can happen.
struct Checklist: Component {
    static let template = "checklist"

    struct Item: Component {
        static let template = "check"

        let text: String
        let isDone: Bool
        let detail: String?
        let link: ActionLink?
    }

    let items: [Item]
}

/// What happened, in order.
struct Timeline: Component {
    static let template = "timeline"

    struct Entry: Component {
        static let template = "entry"

        let title: String
        let moment: Moment?
        let detail: String?
        let code: String?
        let isNow: Bool
    }

    let entries: [Entry]
}
