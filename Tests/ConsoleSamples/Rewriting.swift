public import Console
import Foundation

/// Puts other texts into a page through its coding, so that no field can be forgotten.
public enum Rewriting {
    /// The page with every free text replaced. Fields of a fixed set, and markup that is trusted, stay.
    public static func rewrite<Page: ConsolePage>(_ page: Page, _ text: (String) -> String) throws -> Page {
        var value = try object(page)
        for path in try freeTexts(of: page) {
            value = replaced(value, at: path[...]) { $0.map(text) ?? "" }
        }
        return try decode(value)
    }

    /// The way to every text that may be any other.
    public static func freeTexts<Page: ConsolePage>(of page: Page) throws -> [[String]] {
        let value = try object(page)
        return paths(value).filter { path in
            guard path.last != "trustedMarkup" else { return false }
            let changed = replaced(value, at: path[...]) { _ in "\u{1}no such case" }
            return (try? decode(changed) as Page) != nil
        }
    }

    /// The page with one text replaced.
    public static func rewrite<Page: ConsolePage>(_ page: Page, at path: [String], with text: String) throws -> Page {
        try decode(replaced(object(page), at: path[...]) { _ in text })
    }

    private static func object(_ page: some ConsolePage) throws -> Any {
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(page))
    }

    private static func decode<Page: ConsolePage>(_ value: Any) throws -> Page {
        try JSONDecoder().decode(Page.self, from: JSONSerialization.data(withJSONObject: value))
    }

    private static func paths(_ value: Any) -> [[String]] {
        switch value {
        case let object as [String: Any]:
            object.sorted { $0.key < $1.key }.flatMap { key, value in paths(value).map { [key] + $0 } }
        case let list as [Any]:
            list.enumerated().flatMap { index, value in paths(value).map { [String(index)] + $0 } }
        case is String: [[]]
        default: []
        }
    }

    private static func replaced(_ value: Any, at path: ArraySlice<String>, _ text: (String?) -> String) -> Any {
        guard let step = path.first else { return text(value as? String) }
        if var object = value as? [String: Any] {
            object[step] = object[step].map { replaced($0, at: path.dropFirst(), text) }
            return object
        }
        if var list = value as? [Any], let index = Int(step), list.indices.contains(index) {
            list[index] = replaced(list[index], at: path.dropFirst(), text)
            return list
        }
        return value
    }
}
