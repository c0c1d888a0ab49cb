/// One page as plain values. `content` says which components show them.
///
/// `Codable`, so that a test can put hostile text into every field of every page.
public protocol ConsolePage: Sendable, Codable {
    func content(_ words: Words) -> PageContent
}

/// What a page shows, in order; made by pages only.
public struct PageContent {
    /// What surrounds it.
    enum Surroundings { case staff, bare, reading }

    let surroundings: Surroundings
    let title: String
    let section: NavigationItem?
    let breadcrumbs: [Breadcrumb]
    let header: PageHeader?
    let errors: ErrorSummary?
    let blocks: [Block]

    /// A page of the console.
    static func staff(
        _ section: NavigationItem?, _ header: PageHeader, path breadcrumbs: [Breadcrumb] = [],
        errors: ErrorSummary? = nil, _ blocks: [Block]
    ) -> PageContent {
        PageContent(
            surroundings: .staff, title: header.title, section: section, breadcrumbs: breadcrumbs, header: header,
            errors: errors, blocks: blocks)
    }

    /// A page for somebody who is not signed in: one narrow column.
    static func bare(_ header: PageHeader, errors: ErrorSummary? = nil, _ blocks: [Block]) -> PageContent {
        PageContent(
            surroundings: .bare, title: header.title, section: nil, breadcrumbs: [], header: header, errors: errors,
            blocks: blocks)
    }

    /// A page for somebody outside the provider, who reads before anything else.
    static func reading(_ header: PageHeader, errors: ErrorSummary? = nil, _ blocks: [Block]) -> PageContent {
        PageContent(
            surroundings: .reading, title: header.title, section: nil, breadcrumbs: [], header: header, errors: errors,
            blocks: blocks)
    }
}

/// The page as its templates see it.
struct PageView: Component {
    static let template = "page"

    let isStaff: Bool
    let isBare: Bool
    let isReading: Bool
    let title: String
    let breadcrumbs: [Breadcrumb]
    let header: PageHeader?
    let errors: ErrorSummary?
    let blocks: [Block]

    init(_ content: PageContent) {
        isStaff = content.surroundings == .staff
        isBare = content.surroundings == .bare
        isReading = content.surroundings == .reading
        title = content.title
        breadcrumbs = content.breadcrumbs
        header = content.header
        errors = content.errors
        blocks = content.blocks
    }
}

/// A step above the page.
struct Breadcrumb: Component {
    static let template = "breadcrumbs"

    let text: String
    let href: String
}
