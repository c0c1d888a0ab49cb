/// A piece of HTML. Text becomes HTML only by `text`, which escapes it, so that nothing that is written into a page can become a part of
/// its structure.
struct HTML: Sendable, ExpressibleByArrayLiteral {
    private(set) var source: String

    private init(source: String) { self.source = source }

    init(arrayLiteral pieces: HTML...) { self.init(pieces) }

    init(_ pieces: [HTML]) { source = pieces.map(\.source).joined() }

    static func text(_ text: String) -> HTML { HTML(source: escaped(text)) }

    /// - Parameter attributes: of names that are written here, never taken from elsewhere.
    static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: HTML...
    )
        -> HTML
    {
        let given = attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
        return HTML(source: "<\(name)\(given)>\(HTML(content).source)</\(name)>")
    }

    /// An element without content, such as `meta`.
    static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) -> HTML {
        HTML(source: "<\(name)\(attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined())>")
    }

    static func link(_ target: String, _ text: String) -> HTML { .element("a", ["href": target], .text(text)) }

    static func code(_ text: String) -> HTML { .element("code", [:], .text(text)) }

    /// A table that scrolls within itself where the page is narrow.
    static func table(_ heads: [String], _ rows: [[HTML]]) -> HTML {
        let head = HTML(heads.map { .element("th", ["scope": "col"], .text($0)) })
        let body = HTML(rows.map { row in .element("tr", [:], HTML(row.map { .element("td", [:], $0) })) })
        return .element(
            "div", ["class": "wide"],
            .element(
                "table", [:], .element("thead", [:], .element("tr", [:], head)), .element("tbody", [:], body)))
    }

    /// Our own words, in which `…` between backticks is code.
    static func prose(_ text: String) -> HTML {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return HTML(parts.enumerated().map { $0.isMultiple(of: 2) ? .text(String($1)) : .code(String($1)) })
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// A whole page, in the language of the reference.
    static func page(title: String, _ content: HTML...) -> String {
        let head: HTML = [
            .void("meta", ["charset": "utf-8"]),
            .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .void("meta", ["name": "color-scheme", "content": "light dark"]),
            .element("title", [:], .text(title)), .void("link", ["rel": "stylesheet", "href": "/docs/style.css"]),
        ]
        let page = HTML.element(
            "html", ["lang": "en"], .element("head", [:], head), .element("body", [:], HTML(content)))
        return "<!doctype html>\n" + page.source + "\n"
    }
}
