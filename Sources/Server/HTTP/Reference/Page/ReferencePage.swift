import Platform
import PluginKit

/// The reference as a page to read: the same operations as the OpenAPI document's.
struct ReferencePage: Sendable {
    let operations: [Operation]
    let publicURL: String

    var html: String {
        HTML.page(
            title: "Obhut API",
            .element("a", ["class": "skip", "href": "#content"], .text("Skip to the reference")),
            .element("div", ["class": "frame"], navigation, .element("main", ["id": "content"], content)))
    }

    private var chapters: [(tag: OperationTag, operations: [Operation])] {
        OperationTag.allCases.map { tag in (tag, operations.filter { OperationTag($0) == tag }) }
            .filter { !$0.operations.isEmpty }
    }

    private var navigation: HTML {
        let chapters = HTML(
            chapters.map { chapter in
                let links = HTML(
                    chapter.operations.map { operation in
                        .element("li", [:], .link("#" + operation.reference.id, operation.reference.summary.heading))
                    })
                return .element(
                    "details", [:], .element("summary", [:], .text(chapter.tag.rawValue)), .element("ul", [:], links))
            })
        return .element(
            "nav", ["aria-label": "Contents"],
            .element("p", ["class": "brand"], .link("/docs", "Obhut API"), .text(" " + ObhutVersion.text)),
            .element(
                "ul", [:], .element("li", [:], .link("#common", "In common")),
                .element("li", [:], .link("/docs/problems", "Problems"))),
            chapters,
            .element("ul", [:], .element("li", [:], .link("#schemas", "Schemas"))))
    }

    private var content: HTML {
        [
            .element("h1", [:], .text("Obhut API")),
            .element("p", ["class": "lead"], .prose("What this server at `\(publicURL)` answers to.")),
            ReferenceGuide.html,
            HTML(chapters.map(chapter)),
            .element("h2", ["id": "schemas"], .text("Schemas")),
            HTML(
                Schemas.all.map { component in
                    .element(
                        "section", ["class": "operation"],
                        .element("h3", ["id": "schema-" + component.name], .text(component.name)),
                        SchemaTable(component.schema).html)
                }),
        ]
    }

    private func chapter(_ chapter: (tag: OperationTag, operations: [Operation])) -> HTML {
        [
            .element("h2", [:], .text(chapter.tag.rawValue)), .element("p", [:], .text(chapter.tag.help)),
            HTML(chapter.operations.map { OperationSection($0).html }),
        ]
    }
}

extension String {
    /// A sentence as a heading: without its full stop, and no longer than its first part.
    var heading: String {
        let first = (split(separator: ":", maxSplits: 1).first.map(String.init) ?? self).replacing("`", with: "")
        return first.hasSuffix(".") ? String(first.dropLast()) : first
    }
}
