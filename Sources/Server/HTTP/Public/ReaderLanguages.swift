/// Language tags from `Accept-Language` (RFC 9110, 12.5.4).
enum ReaderLanguages {
    /// More than anybody reads.
    static let limit = 10

    /// - Returns: the most wanted first; those of the same weight as they stand. What cannot be read, `*`, and what is not wanted at all
    ///   (`q=0`) is left out.
    static func tags(_ header: String?) -> [String] {
        guard let header, header.utf8.count <= 1000 else { return [] }
        var found: [(tag: String, weight: Double)] = []
        for element in header.split(separator: ",").prefix(50) {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = parts.first, isTag(tag) else { continue }
            var weight = 1.0
            for part in parts.dropFirst() where part.lowercased().hasPrefix("q=") {
                weight = Double(part.dropFirst(2)) ?? 0
            }
            if weight > 0, weight <= 1 { found.append((tag, weight)) }
        }
        // The sort is stable.
        return found.enumerated()
            .sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .prefix(limit).map(\.element.tag)
    }

    private static func isTag(_ text: String) -> Bool {
        (1...35).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }
}
