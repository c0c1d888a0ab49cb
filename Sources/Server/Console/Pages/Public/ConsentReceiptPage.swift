public import struct Foundation.Date

/// What a person agreed to, when, with whom, how to withdraw and where to complain; by a link of theirs and without an account.
public struct ConsentReceiptPage: ConsolePage {
    public struct Consent: Sendable, Codable {
        public var title: String
        /// The words to which the person agreed.
        public var text: String?
        /// As the API names it.
        public var state: String
        public var since: Date?
        public var expiresAt: Date?

        public init(title: String, text: String?, state: String, since: Date?, expiresAt: Date?) {
            self.title = title
            self.text = text
            self.state = state
            self.since = since
            self.expiresAt = expiresAt
        }
    }

    public var controller: String
    public var address: String?
    public var channelAddress: String?
    public var noticeURL: String?
    public var imprintURL: String?
    public var consents: [Consent]
    public var withdrawalPath: String
    /// The same for machines.
    public var recordPath: String

    public init(
        controller: String, address: String?, channelAddress: String?, noticeURL: String?, imprintURL: String?,
        consents: [Consent], withdrawalPath: String, recordPath: String
    ) {
        self.controller = controller
        self.address = address
        self.channelAddress = channelAddress
        self.noticeURL = noticeURL
        self.imprintURL = imprintURL
        self.consents = consents
        self.withdrawalPath = withdrawalPath
        self.recordPath = recordPath
    }

    public func content(_ words: Words) -> PageContent {
        var blocks = consents.enumerated().map { place, consent in
            Block(Section("consent-\(place)", consent.title, [Block(facts(consent, words))]))
        }
        if consents.isEmpty { blocks.append(Block(Notice(.neutral, words["consent_receipt.none"]))) }
        blocks.append(Block(Section("whom", words["consent_receipt.whom"], [Block(whom(words))])))
        var more = [Block(Paragraph(text: words["consent_receipt.rights_text"]))]
        let links = [("consent_receipt.withdraw", withdrawalPath), ("consent_receipt.record", recordPath)]
        let ways = links.compactMap { key, path in
            ConsolePath.own(path).map { Facts.Fact(words[key], .link($0, $0)) }
        }
        if !ways.isEmpty { more.append(Block(Facts(ways))) }
        blocks.append(Block(Section("rights", words["consent_receipt.rights"], more)))
        return .reading(PageHeader(title: words("consent_receipt.title", ["controller": controller])), blocks)
    }

    private func facts(_ consent: Consent, _ words: Words) -> Facts {
        var facts: [Facts.Fact] = [
            .init(words["consent_receipt.state"], .text(words.word(for: consent.state, in: "consent.state")))
        ]
        if let since = consent.since {
            facts.append(.init(words["consent_receipt.since"], .moment(words.moment(since))))
        }
        if ["granted", "confirmed"].contains(consent.state) {
            facts.append(
                .init(
                    words["consent_receipt.until"],
                    .optional(consent.expiresAt.map { words.moment($0) }, absence: words["consent_receipt.no_end"])))
        }
        if let text = consent.text { facts.append(.init(words["consent_receipt.text"], .text(text))) }
        return Facts(facts)
    }

    private func whom(_ words: Words) -> Facts {
        let lines: [(String, String?)] = [
            ("address", address), ("number", channelAddress), ("notice", noticeURL), ("imprint", imprintURL),
        ]
        return Facts(
            [.init(words["consent_receipt.who"], .text(controller))]
                + lines.compactMap { key, text in
                    text.map {
                        .init(
                            words["consent_receipt." + key],
                            .lines($0.split(separator: "\n").map(String.init), absence: ""))
                    }
                })
    }
}
