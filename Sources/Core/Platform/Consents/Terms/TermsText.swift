/// What texts of the terms must look like. The schemas of the API say the same by the patterns here.
public enum TermsText {
    /// An https URL as it stands in a link.
    public static let addressPattern =
        #"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?$"#
    /// A language tag (BCP 47) with its usual parts.
    public static let languagePattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
    public static let digestPattern = "^[0-9a-f]{64}$"
    public static let purposePattern = "^[a-z][a-z0-9_-]{0,63}$"
    /// A web origin (RFC 6454) of a tenant's page; plain http only on one's own machine.
    public static let originPattern =
        #"^(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[1-9][0-9]{0,4})?$"#

    public static func isAddress(_ text: String) -> Bool {
        guard text.hasPrefix("https://"), text.utf8.count <= ConsentProfile.addressLimit else { return false }
        let rest = text.utf8.dropFirst(8)
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        guard isHost(rest[..<end], ports: 0...9) else { return false }
        return rest[end...].allSatisfy { isAlphanumeric($0) || "._~:/?#[]@!$&'()*+,;=%-".utf8.contains($0) }
    }

    public static func isOrigin(_ text: String) -> Bool {
        guard text.utf8.count <= 300, text.utf8.allSatisfy({ !(0x41...0x5A).contains($0) }) else { return false }
        if text.hasPrefix("https://") { return isHost(text.utf8.dropFirst(8), ports: 1...9) }
        guard text.hasPrefix("http://") else { return false }
        let host = text.utf8.dropFirst(7)
        let name = String(decoding: host.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        return ["localhost", "127.0.0.1"].contains(name) && isHost(host, ports: 1...9)
    }

    /// As browsers write it: without the port that goes without saying.
    static func canonical(origin: String) -> String {
        if origin.hasPrefix("https://"), origin.hasSuffix(":443") { return String(origin.dropLast(4)) }
        if origin.hasPrefix("http://"), origin.hasSuffix(":80") { return String(origin.dropLast(3)) }
        return origin
    }

    public static func isLanguage(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = parts.first, (2...3).contains(first.count), parts.count <= 4,
            first.allSatisfy({ isAlphanumeric($0) && !isDigit($0) })
        else { return false }
        return parts.dropFirst().allSatisfy { (2...8).contains($0.count) && $0.allSatisfy(isAlphanumeric) }
    }

    public static func isPurpose(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || "_-".utf8.contains($0) }
    }

    static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
    }

    /// - Parameter ports: the digits with which a port may begin.
    private static func isHost(_ text: some Collection<UInt8>, ports: ClosedRange<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty,
            parts[0].allSatisfy({ isAlphanumeric($0) || ".-".utf8.contains($0) })
        else { return false }
        guard parts.count == 2 else { return true }
        guard let first = parts[1].first, isDigit(first), ports.contains(first - UInt8(ascii: "0")) else {
            return false
        }
        return parts[1].count <= 5 && parts[1].allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// Gathers what is wrong with terms.
struct TermsCheck {
    private(set) var problems: [PlatformError.Field] = []

    mutating func complain(_ path: String, _ problem: String) { problems.append(.init(path: path, problem: problem)) }

    mutating func text(_ path: String, _ text: String, limit: Int) {
        if !(1...limit).contains(text.unicodeScalars.count) || text.allSatisfy(\.isWhitespace) || text.utf8.contains(0)
        {
            complain(path, "give 1 to \(limit) characters")
        }
    }

    mutating func address(_ path: String, _ text: String) {
        if !TermsText.isAddress(text) {
            complain(path, "give a URL that begins with https://, of \(ConsentProfile.addressLimit) characters at most")
        }
    }

    mutating func number(_ path: String, _ number: Int, in range: ClosedRange<Int>) {
        if !range.contains(number) {
            complain(path, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    mutating func languages(_ path: String, _ tags: [String]) {
        if !(1...ConsentProfile.languageLimit).contains(tags.count) {
            complain(path, "give it in 1 to \(ConsentProfile.languageLimit) languages, each by its tag such as de")
        }
        for tag in tags.sorted() where !TermsText.isLanguage(tag) {
            complain("\(path).\(tag.prefix(40))", "this is no language tag such as de or pt-BR")
        }
        let names = Dictionary(grouping: tags) { $0.lowercased() }
        for (name, same) in names.sorted(by: { $0.key < $1.key }) where same.count > 1 {
            complain("\(path).\(name)", "this language stands there twice")
        }
    }
}
