/// A part of a page under a title of its own.
struct Section: Component {
    static let template = "section"

    let id: String
    let title: String
    let text: String?
    let badge: Badge?
    let actions: [ActionLink]
    let blocks: [Block]

    init(
        _ id: String, _ title: String, text: String? = nil, badge: Badge? = nil, actions: [ActionLink] = [],
        _ blocks: [Block]
    ) {
        self.id = id
        self.title = title
        self.text = text
        self.badge = badge
        self.actions = actions
        self.blocks = blocks
    }
}

/// A wide part and a narrow one beside it, where the window is wide enough.
struct Columns: Component {
    static let template = "columns"

    let main: [Block]
    let side: [Block]
}
