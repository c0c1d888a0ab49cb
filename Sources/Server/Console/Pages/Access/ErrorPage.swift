/// Something cannot be shown. Says what happened, what helps, and what to quote.
public struct ErrorPage: ConsolePage {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case forbidden, notFound = "not_found", failed, unavailable, signedOut = "signed_out", staleForm = "stale_form"
    }

    public var kind: Kind
    public var isSignedIn: Bool
    /// Instead of the page's own words, in the reader's language.
    public var sentence: String?
    public var remedy: String?
    /// The problem's stable code.
    public var code: String?
    public var requestID: String?

    public init(
        kind: Kind, isSignedIn: Bool, sentence: String? = nil, remedy: String? = nil, code: String? = nil,
        requestID: String? = nil
    ) {
        self.kind = kind
        self.isSignedIn = isSignedIn
        self.sentence = sentence
        self.remedy = remedy
        self.code = code
        self.requestID = requestID
    }

    public func content(_ words: Words) -> PageContent {
        let key = "error." + kind.rawValue
        let actions =
            kind == .signedOut || !isSignedIn
            ? [ActionLink(text: words["error.sign_in"], href: ConsolePath.signIn, isPrimary: true)]
            : [ActionLink(text: words["error.start"], href: ConsolePath.root)]
        let header = PageHeader(title: words[key + ".title"])
        let blocks = [
            Block(
                ProblemState(
                    sentence: sentence ?? words[key + ".sentence"], remedy: remedy ?? words[key + ".remedy"],
                    code: code, requestID: requestID, actions: actions))
        ]
        return isSignedIn && kind != .signedOut ? .staff(nil, header, blocks) : .bare(header, blocks)
    }
}
