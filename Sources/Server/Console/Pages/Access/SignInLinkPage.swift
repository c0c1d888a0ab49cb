/// In by a one-time link. A button, as what merely looks at links must not use them up.
///
/// Sends `token` to `ConsolePath.signInLink`.
public struct SignInLinkPage: ConsolePage {
    public var token: String

    public init(token: String) { self.token = token }

    public func content(_ words: Words) -> PageContent {
        .bare(
            PageHeader(title: words["sign_in.title"], subtitle: words["sign_in_link.text"]),
            [
                Block(
                    Form(
                        to: ConsolePath.signInLink, submit: words["sign_in.submit"], groups: [],
                        hidden: [("token", token)]))
            ])
    }
}
