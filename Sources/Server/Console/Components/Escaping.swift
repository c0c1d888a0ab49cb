internal import Mustache

/// Makes sure that a text shows as itself, whatever it contains.
///
/// swift-mustache 2.1.1 escapes by `Character`: a `"` that a combining mark follows is one character together with
/// it, is not recognised, and would end an attribute. Such a text is escaped here, by Unicode scalar, and handed
/// over as a template that is nothing but text; all others are left to the library.
enum Escaping {
    /// What a template gets for a property: optionals opened, texts made safe.
    static func value(_ value: Any) -> Any? {
        if let text = value as? String { return safe(text) }
        if let texts = value as? [String] { return texts.map(safe) }
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first.flatMap { Escaping.value($0.value) }
    }

    private static func safe(_ text: String) -> Any {
        let scalars = text.unicodeScalars.count { isSpecial($0) }
        let characters =
            scalars == 0 ? 0 : text.count { $0.unicodeScalars.count == 1 && isSpecial($0.unicodeScalars.first) }
        guard scalars != characters else { return text }
        // No brace is left, so this parses as text and cannot fail.
        return (try? MustacheTemplate(string: escaped(text))) ?? ""
    }

    private static func isSpecial(_ scalar: Unicode.Scalar?) -> Bool {
        switch scalar {
        case "<", ">", "&", "\"", "'": true
        default: false
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isSpecial(scalar) || scalar == "{" || scalar == "}" {
                result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
