/// Where a person withdraws what they agreed to, by a link and without an account: one button, as easy as agreeing was (Art. 7(3) GDPR).
///
/// Sends nothing but the button's press to `path`.
public struct WithdrawalPage: ConsolePage {
    /// Who writes to the person.
    public var controller: String
    /// From which number, as people know it; nil while the messenger has not told.
    public var channelAddress: String?
    /// What the person agreed to, in the controller's words.
    public var agreed: [String]
    /// Whether all of it is withdrawn.
    public var isDone: Bool
    public var path: String

    public init(controller: String, channelAddress: String?, agreed: [String], isDone: Bool, path: String) {
        self.controller = controller
        self.channelAddress = channelAddress
        self.agreed = agreed
        self.isDone = isDone
        self.path = path
    }

    public func content(_ words: Words) -> PageContent {
        let name = ["controller": controller]
        guard !isDone else {
            return .reading(
                PageHeader(title: words["withdrawal.done"]),
                [Block(Notice(.good, words("withdrawal.done.text", name)))])
        }
        var facts = channelAddress.map { [Facts.Fact(words["withdrawal.number"], .text($0))] } ?? []
        if !agreed.isEmpty {
            facts.append(.init(words["withdrawal.agreed"], .lines(agreed, absence: "")))
        }
        var blocks: [Block] = facts.isEmpty ? [] : [Block(Facts(facts))]
        if agreed.isEmpty { blocks.append(Block(Notice(.neutral, words("withdrawal.nothing", name)))) }
        blocks.append(Block(Paragraph(text: words["withdrawal.text"])))
        if let path = ConsolePath.own(path) {
            blocks.append(Block(ActionForm(action: path, submit: words["withdrawal.submit"], isPrimary: true)))
        }
        return .reading(PageHeader(title: words("withdrawal.title", name)), blocks)
    }
}
