/// Who are you? Both ways are optional: a password, and the provider's own identity providers.
///
/// Sends `email`, `password` and `return_to` to `ConsolePath.signIn`.
public struct SignInPage: ConsolePage {
    public struct Provider: Sendable, Codable {
        public var id: String
        public var name: String

        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Why the page is shown again.
    public enum Reason: String, Sendable, Codable { case expired, signedOut = "signed_out" }

    public var allowsPassword: Bool
    public var providers: [Provider]
    public var form: FormState
    public var reason: Reason?
    /// The path that was asked for before signing in.
    public var next: String?

    public init(
        allowsPassword: Bool, providers: [Provider], form: FormState = FormState(), reason: Reason? = nil,
        next: String? = nil
    ) {
        self.allowsPassword = allowsPassword
        self.providers = providers
        self.form = form
        self.reason = reason
        self.next = next
    }

    public func content(_ words: Words) -> PageContent {
        var blocks: [Block] = []
        if let reason { blocks.append(Block(Notice(.neutral, words.name(of: reason, in: "sign_in.reason")))) }
        let hidden = next.map { [("return_to", $0)] } ?? []
        if allowsPassword {
            blocks.append(
                Block(
                    Form(
                        to: ConsolePath.signIn, submit: words["sign_in.submit"],
                        groups: [
                            .init([
                                Field("email", .email, words["field.email"], in: form, autocomplete: "username"),
                                Field(
                                    "password", .password, words["field.password"], in: form,
                                    autocomplete: "current-password"),
                            ])
                        ], hidden: hidden)))
        }
        if !providers.isEmpty {
            blocks.append(
                Block(
                    Section(
                        "providers", words[allowsPassword ? "sign_in.or" : "sign_in.with"],
                        providers.map { provider in
                            Block(
                                ActionForm(
                                    action: ConsolePath.query(
                                        ConsolePath.signIn(provider: provider.id), [("return_to", next)]),
                                    submit: words("sign_in.provider", ["name": provider.name]),
                                    isPrimary: !allowsPassword))
                        })))
        }
        if blocks.isEmpty || (!allowsPassword && providers.isEmpty) {
            blocks.append(Block(EmptyState(title: words["sign_in.none"], text: words["sign_in.none_text"])))
        }
        return .bare(
            PageHeader(title: words["sign_in.title"]),
            errors: ErrorSummary(form, order: ["email", "password"], words: words), blocks)
    }
}
