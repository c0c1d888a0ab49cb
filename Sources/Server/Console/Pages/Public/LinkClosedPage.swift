/// A signed link that opens nothing any more.
public struct LinkClosedPage: ConsolePage {
    public enum Reason: String, Sendable, Codable, CaseIterable { case expired, used, withdrawn, unknown }

    public var reason: Reason
    /// Whom to ask for a new one.
    public var contact: String?

    public init(reason: Reason, contact: String?) {
        self.reason = reason
        self.contact = contact
    }

    public func content(_ words: Words) -> PageContent {
        .reading(
            PageHeader(title: words["link.title"]),
            [
                Block(
                    ProblemState(
                        sentence: words.name(of: reason, in: "link"),
                        remedy: contact.map { words("link.contact", ["contact": $0]) } ?? words["link.ask"], code: nil,
                        requestID: nil, actions: []))
            ])
    }
}
