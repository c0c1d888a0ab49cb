/// Enrols a device that makes one-time codes (RFC 6238). Sends `code` to `ConsolePath.secondFactor`.
public struct SecondFactorPage: ConsolePage {
    /// The `otpauth` address as a QR code.
    public var qrCodeSVG: String
    /// The same secret in Base32, for typing.
    public var secret: String
    /// The role asks for it: there is no way around.
    public var isRequired: Bool
    public var form: FormState

    public init(qrCodeSVG: String, secret: String, isRequired: Bool, form: FormState = FormState()) {
        self.qrCodeSVG = qrCodeSVG
        self.secret = secret
        self.isRequired = isRequired
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        .bare(
            PageHeader(
                title: words["second_factor.title"],
                subtitle: words[isRequired ? "second_factor.required" : "second_factor.text"]),
            errors: ErrorSummary(form, order: ["code"], words: words),
            [
                Block(
                    QRCode(
                        svg: qrCodeSVG, alternative: words["second_factor.qr"], label: words["second_factor.secret"],
                        text: secret)),
                Block(
                    Form(
                        to: ConsolePath.secondFactor, submit: words["second_factor.submit"],
                        groups: [
                            .init([
                                Field(
                                    "code", .number, words["field.code"], in: form,
                                    hint: words["second_factor.code_hint"], autocomplete: "one-time-code")
                            ])
                        ], cancel: isRequired ? nil : ConsolePath.account)),
            ])
    }
}
