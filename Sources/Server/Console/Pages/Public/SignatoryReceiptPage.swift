public import struct Foundation.Date

/// What was recorded when somebody accepted, declined or objected.
public struct SignatoryReceiptPage: ConsolePage {
    public enum Kind: String, Sendable, Codable, CaseIterable { case accepted, declined, objected }

    public var kind: Kind
    public var provider: String
    public var reference: String
    public var name: String?
    public var role: String?
    public var place: String?
    public var reason: String?
    public var at: Date
    public var sha256: String
    public var pdfPath: String?

    public init(
        kind: Kind, provider: String, reference: String, name: String?, role: String?, place: String?,
        reason: String?, at: Date, sha256: String, pdfPath: String?
    ) {
        self.kind = kind
        self.provider = provider
        self.reference = reference
        self.name = name
        self.role = role
        self.place = place
        self.reason = reason
        self.at = at
        self.sha256 = sha256
        self.pdfPath = pdfPath
    }

    public func content(_ words: Words) -> PageContent {
        var facts: [Facts.Fact] = [
            .init(words["agreement.reference"], .text(reference)),
            .init(words["receipt.at"], .moment(words.moment(at))),
        ]
        let optional: [(String, String?)] = [
            ("sign.name", name), ("sign.role", role), ("sign.place", place), ("field.reason", reason),
        ]
        for (key, value) in optional {
            if let value { facts.append(.init(words[key], .text(value))) }
        }
        facts.append(.init(words["document.hash"], .code(sha256)))
        if let path = pdfPath.flatMap(ConsolePath.own) {
            facts.append(.init(words["document.file"], .link(words["document.pdf"], path)))
        }
        let key = "receipt." + kind.rawValue
        return .reading(
            PageHeader(title: words[key]),
            [
                Block(Notice(kind == .accepted ? .good : .neutral, words(key + ".text", ["provider": provider]))),
                Block(
                    Section("recorded", words["receipt.recorded"], text: words["receipt.text"], [Block(Facts(facts))])),
            ])
    }
}
