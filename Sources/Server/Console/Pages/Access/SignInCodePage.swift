/// The second factor, after the password was right. Sends `code` and `return_to` to `ConsolePath.signInCode`.
public struct SignInCodePage: ConsolePage {
    public var form: FormState
    public var next: String?

    public init(form: FormState = FormState(), next: String? = nil) {
        self.form = form
        self.next = next
    }

    public func content(_ words: Words) -> PageContent {
        .bare(
            PageHeader(title: words["sign_in_code.title"], subtitle: words["sign_in_code.text"]),
            errors: ErrorSummary(form, order: ["code"], words: words),
            [
                Block(
                    Form(
                        to: ConsolePath.signInCode, submit: words["sign_in_code.submit"],
                        groups: [
                            .init([
                                Field(
                                    "code", .number, words["field.code"], in: form, hint: words["field.code_hint"],
                                    autocomplete: "one-time-code")
                            ])
                        ], hidden: next.map { [("return_to", $0)] } ?? [], cancel: ConsolePath.signIn))
            ])
    }
}
