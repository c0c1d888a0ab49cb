import Crypto
import Foundation

/// The script of a source on pages and its dialog's style, put together once: comments and indentation out; the parts that all such
/// sources have, words, and names of files in.
///
/// The script's source has the marks `/*@parts*/` and, within the parts, those for words and styles. The style is pinned by the script,
/// which the page pins (Subresource Integrity): `integrity` on one tag pins all of it.
public struct PageFiles: Sendable {
    /// By name: `{name}.js` for those who want what is newest, and under a name with a digest for those who pin it.
    public let all: [String: PublicFile]
    /// The script's name with the beginning of its digest, e.g. `widget.0f3a….js`.
    public let pinned: String
    /// For the `integrity` attribute.
    public let integrity: String
    private let newest: String

    /// - Parameters:
    ///   - name: of the script, without an ending.
    ///   - style: of what stands in the dialog, beside what all dialogs have.
    public init(name: String, script: [UInt8], style: [UInt8], words: PageWords) {
        let style = Array((Self.smallStyle(Self.text(PackageResources.dialog_css) + Self.text(style))).utf8)
        let styleName = "dialog.\(Self.prefix(of: style)).css"
        let early = words.byLanguage.keys.sorted().map { language in
            let said = PageWords.early.map { ($0, JSON.string(words.byLanguage[language]?[$0] ?? "")) }
            return (language, JSON.object(JSONObject([("language", .string(language))] + said)))
        }
        let styleFile: JSON = ["file": .string(styleName), "integrity": .string(Self.integrity(of: style))]
        let button = JSON.string(Self.smallStyle(Self.text(PackageResources.button_css))).text
        let filled = Self.smallScript(
            Self.text(script).replacing("/*@parts*/", with: Self.text(PackageResources.parts_js))
        )
        .replacing("/*@early*/ {}", with: JSON.object(JSONObject(early)).text)
        .replacing("/*@buttonStyle*/ \"\"", with: button)
        .replacing("/*@dialogStyle*/ { file: \"\", integrity: \"\" }", with: styleFile.text)
        let bytes = Array(filled.utf8)
        newest = "\(name).js"
        pinned = "\(name).\(Self.prefix(of: bytes)).js"
        integrity = Self.integrity(of: bytes)
        let scriptType = "text/javascript; charset=utf-8"
        all = [
            newest: PublicFile(contentType: scriptType, bytes: bytes, isImmutable: false),
            pinned: PublicFile(contentType: scriptType, bytes: bytes, isImmutable: true),
            styleName: PublicFile(contentType: "text/css; charset=utf-8", bytes: style, isImmutable: true),
        ]
    }

    /// The tag that a tenant puts into its pages, once for each set-up.
    ///
    /// It pins the script by its digest, so that the page runs what was looked at and nothing else; when the script changes, pages want a
    /// new tag. With `pinned: false` the page always gets the newest.
    /// - Parameters:
    ///   - plugin: its name.
    ///   - base: where `/sources` is reached from outside, without a slash at the end, e.g. `https://chat.provider.example`.
    ///   - data: `data-…` attributes that the script reads before anything is loaded, without that beginning.
    public func tag(
        plugin: String, base: String, setup: SourceSetup, data: [(name: String, value: String)] = [],
        pinned isPinned: Bool = true
    ) -> String {
        var attributes = [("src", "\(base)/sources/\(plugin)/\(isPinned ? pinned : newest)")]
        if isPinned { attributes.append(("integrity", integrity)) }
        attributes += [("crossorigin", "anonymous"), ("referrerpolicy", "no-referrer"), ("data-setup", setup.id)]
        attributes += data.map { ("data-\($0.name)", $0.value) }
        return "<script " + attributes.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: " ")
            + " async></script>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }

    /// Takes out lines that are comments, and indentation. A comment beside code would stay; there is none.
    static func smallScript(_ source: String) -> String {
        source.split(whereSeparator: \.isNewline)
            .map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty && !$0.hasPrefix("//") }
            .joined(separator: "\n")
    }

    /// Takes out comments, line breaks, and blanks that mean nothing.
    static func smallStyle(_ source: String) -> String {
        var rest = source[...]
        var bare = ""
        while let start = rest.firstRange(of: "/*") {
            bare += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "*/") else { break }
            rest = rest[end.upperBound...]
        }
        bare += rest
        return bare.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            .replacing("; ", with: ";").replacing(" {", with: "{").replacing("{ ", with: "{")
            .replacing("} ", with: "}").replacing(";}", with: "}").replacing(": ", with: ":")
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func integrity(of bytes: [UInt8]) -> String {
        "sha384-" + Data(SHA384.hash(data: bytes)).base64EncodedString()
    }

    private static func prefix(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let prefix = SHA256.hash(data: bytes).prefix(8)
        return String(decoding: prefix.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
