public import struct Foundation.Date

/// Something that somebody did: who and when.
public struct Act: Sendable, Codable, Hashable {
    public var by: String
    public var at: Date

    public init(by: String, at: Date) {
        self.by = by
        self.at = at
    }
}

/// A request that another person must agree to before it is carried out.
public struct PendingApproval: Sendable, Codable, Hashable {
    public var id: String
    /// What was asked, e.g. `tenant.suspend`.
    public var action: String
    public var asked: Act

    public init(id: String, action: String, asked: Act) {
        self.id = id
        self.action = action
        self.asked = asked
    }

    func notice(_ words: Words) -> FourEyes {
        FourEyes(
            text: words(
                "four_eyes.asked", ["action": words.word(for: action, in: "approval.action"), "who": asked.by]),
            moment: words.moment(asked.at), waiting: words["four_eyes.waits"],
            link: ActionLink(text: words["four_eyes.open"], href: ConsolePath.approvals))
    }
}
