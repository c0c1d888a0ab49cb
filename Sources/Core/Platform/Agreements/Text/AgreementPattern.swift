internal import Documents

/// A text with places to be filled: `{{name}}`; and with emphasis: `**strong**`. A value is never read for either.
public struct AgreementPattern: Sendable, Hashable {
    enum Segment: Sendable, Hashable {
        case text(String, isStrong: Bool)
        case variable(String, isStrong: Bool)
    }

    let segments: [Segment]

    struct Malformed: Error {
        var problem: String
    }

    init(_ source: String) throws(Malformed) {
        var segments: [Segment] = []
        var isStrong = false
        var literal = ""
        func flush() {
            if !literal.isEmpty { segments.append(.text(literal, isStrong: isStrong)) }
            literal = ""
        }
        var rest = source[...]
        while !rest.isEmpty {
            if rest.hasPrefix("**") {
                flush()
                isStrong.toggle()
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("{{") {
                guard let end = rest.firstRange(of: "}}") else { throw Malformed(problem: "\"{{\" is never closed") }
                let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]
                guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0 == "_" || $0 == ".") })
                else {
                    throw Malformed(
                        problem: "\"{{\(name)}}\" is no name of a variable: lower-case letters, \"_\" and \".\"")
                }
                flush()
                segments.append(.variable(String(name), isStrong: isStrong))
                rest = rest[end.upperBound...]
            } else if rest.hasPrefix("}}") {
                throw Malformed(problem: "\"}}\" closes nothing")
            } else {
                literal.append(rest.removeFirst())
            }
        }
        if isStrong { throw Malformed(problem: "\"**\" is never closed") }
        flush()
        self.segments = segments
    }

    /// In the order of their first use.
    public var variables: [String] {
        var seen: [String] = []
        for case .variable(let name, _) in segments where !seen.contains(name) { seen.append(name) }
        return seen
    }

    /// - Throws: `PlatformError` when a value is missing or empty: an agreement with a gap must not come about.
    func filled(_ values: [String: String]) throws -> RichText {
        var inlines: [Inline] = []
        func add(_ text: String, _ isStrong: Bool) {
            switch (inlines.last, isStrong) {
            case (.text(let before), false): inlines[inlines.count - 1] = .text(before + text)
            case (.strong(let before), true): inlines[inlines.count - 1] = .strong(before + text)
            default: inlines.append(isStrong ? .strong(text) : .text(text))
            }
        }
        for segment in segments {
            switch segment {
            case .text(let text, let isStrong): add(text, isStrong)
            case .variable(let name, let isStrong):
                guard let value = values[name], !value.allSatisfy(\.isWhitespace) else {
                    throw PlatformError.invalid(name, "the agreement's text needs this, and it is missing")
                }
                add(value, isStrong)
            }
        }
        return RichText(inlines)
    }
}
