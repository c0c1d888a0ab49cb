/// Password and authenticator anew, with the one-time token of `obhut staff reset`.
///
/// Sends `token` and `password` to `ConsolePath.reset`.
public struct ResetPage: ConsolePage {
    public var form: FormState
    /// Letters a password has at least.
    public var minimumPasswordLength: Int

    public init(form: FormState = FormState(), minimumPasswordLength: Int = 12) {
        self.form = form
        self.minimumPasswordLength = minimumPasswordLength
    }

    public func content(_ words: Words) -> PageContent {
        let fields = [
            Field(
                "token", .code, words["first_owner.token"], in: form, hint: words["reset.token_hint"],
                autocomplete: "off"),
            Field(
                "password", .password, words["field.new_password"], in: form,
                hint: words("field.new_password_hint", ["count": words.number(minimumPasswordLength)]),
                autocomplete: "new-password"),
        ]
        return .bare(
            PageHeader(title: words["reset.title"], subtitle: words["reset.text"]),
            errors: ErrorSummary(form, fields: fields, words: words),
            [Block(Form(to: ConsolePath.reset, submit: words["reset.submit"], groups: [.init(fields)]))])
    }
}
