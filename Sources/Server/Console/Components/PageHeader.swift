/// The page's title with what stands beside it.
struct PageHeader: Component {
    static let template = "page-header"

    let title: String
    var subtitle: String?
    var badge: Badge?
    var actions: [ActionLink] = []
}

/// A link that looks like a button, because it leads to where something is done.
struct ActionLink: Component {
    static let template = "action-link"

    let text: String
    let href: String
    var isPrimary = false
}
