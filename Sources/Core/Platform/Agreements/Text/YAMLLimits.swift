internal import Yams

/// What an agreement's text does not need, and what a hostile one would use: references that multiply, and nesting that
/// exhausts the stack of whoever builds a tree from it.
enum YAMLLimits {
    private static let maximumDepth = 16

    /// A rough look at the source, before anything is built: nothing of a sane text is refused.
    static func problem(_ source: String) -> (line: Int, text: String)? {
        var depth = 0
        for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            // Block style: each `-` or `?` at the beginning of a line may open a level.
            var markers = 0
            var rest = line.drop { $0 == " " || $0 == "\t" }
            while let first = rest.first, "-?".contains(first),
                rest.dropFirst().first.map({ " \t".contains($0) }) ?? true
            {
                markers += 1
                rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            }
            let indentation = line.prefix { $0 == " " || $0 == "\t" }.count
            if markers > 3 || indentation > 2 * maximumDepth { return (index + 1, "is nested too deeply") }
            // Flow style. Braces of variables come in pairs and cancel out.
            for character in line {
                if "[{".contains(character) { depth += 1 }
                if "]}".contains(character) { depth = max(0, depth - 1) }
                if depth > maximumDepth { return (index + 1, "is nested too deeply") }
            }
        }
        return nil
    }

    private static let maximumNodes = 20_000

    /// An alias (`*name`) stands for the whole of what it names: lists of aliases of lists of aliases would grow without
    /// bounds. Counts up to the bound only.
    static func isBounded(_ root: Node) -> Bool {
        var count = 0
        var waiting = [root]
        while let node = waiting.popLast() {
            count += 1
            guard count <= maximumNodes else { return false }
            switch node {
            case .sequence(let items): waiting += items.prefix(maximumNodes)
            case .mapping(let pairs): waiting += pairs.prefix(maximumNodes).map(\.value)
            case .scalar, .alias: break
            }
        }
        return true
    }
}
