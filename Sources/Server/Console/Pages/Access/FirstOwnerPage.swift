/// The first member of staff, made with the token that the command line printed once.
///
/// Sends `token`, `name`, `email`, `password` and `language` to `ConsolePath.firstOwner`.
public struct FirstOwnerPage: ConsolePage {
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
                "token", .code, words["first_owner.token"], in: form, hint: words["first_owner.token_hint"],
                autocomplete: "off"),
            Field("name", .text, words["field.name"], in: form, autocomplete: "name"),
            Field("email", .email, words["field.email"], in: form, autocomplete: "username"),
            Field(
                "password", .password, words["field.new_password"], in: form,
                hint: words("field.new_password_hint", ["count": words.number(minimumPasswordLength)]),
                autocomplete: "new-password"),
        ]
        return .bare(
            PageHeader(title: words["first_owner.title"], subtitle: words["first_owner.text"]),
            errors: ErrorSummary(form, fields: fields, words: words),
            [
                Block(
                    Form(
                        to: ConsolePath.firstOwner, submit: words["first_owner.submit"],
                        groups: [.init(fields)],
                        hidden: [("language", words.language.rawValue)]))
            ])
    }
}
