import Crypto
import Foundation
import PluginKit

/// The script and the dialog's style, put together once from `Web`: comments and indentation out, words and names of files in.
enum WidgetFiles {
    /// By name: `widget.js` for those who want what is newest, and under a name with a digest for those who pin it.
    static let all: [String: PublicFile] = [
        "widget.js": PublicFile(contentType: scriptType, bytes: script, isImmutable: false),
        pinned: PublicFile(contentType: scriptType, bytes: script, isImmutable: true),
        dialogName: PublicFile(contentType: "text/css; charset=utf-8", bytes: dialogStyle, isImmutable: true),
    ]

    /// The script's name with the beginning of its digest, e.g. `widget.0f3a….js`.
    static let pinned = "widget.\(prefix(of: script)).js"
    /// For the `integrity` attribute (Subresource Integrity).
    static let integrity = "sha384-" + Data(SHA384.hash(data: script)).base64EncodedString()

    private static let scriptType = "text/javascript; charset=utf-8"
    private static let dialogStyle = Array(smallStyle(text(PackageResources.dialog_css)).utf8)
    private static let dialogName = "dialog.\(prefix(of: dialogStyle)).css"

    private static let script: [UInt8] = {
        let early = Words.builtIn.keys.sorted().map { language in
            let words = Words.early.map { ($0, JSON.string(Words.builtIn[language]?[$0] ?? "")) }
            return (language, JSON.object(JSONObject([("language", .string(language))] + words)))
        }
        let style = JSON.object(
            JSONObject([
                ("file", .string(dialogName)),
                // The style is pinned by the script, which the page pins.
                ("integrity", .string("sha384-" + Data(SHA384.hash(data: dialogStyle)).base64EncodedString())),
            ]))
        let filled = smallScript(text(PackageResources.widget_js))
            .replacing("/*@early*/ {}", with: JSON.object(JSONObject(early)).text)
            .replacing("/*@buttonStyle*/ \"\"", with: JSON.string(smallStyle(text(PackageResources.button_css))).text)
            .replacing("/*@dialogStyle*/ { file: \"\", integrity: \"\" }", with: style.text)
        return Array(filled.utf8)
    }()

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

    private static func prefix(of bytes: [UInt8]) -> String { String(SHA256.hash(data: bytes).hexadecimal.prefix(16)) }
}
