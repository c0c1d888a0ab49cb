public import struct Foundation.Date

/// What the tenant's signatory reads and accepts or declines, reached by a signed link.
///
/// Sends `name`, `role`, `place`, `authority` and `agrees` (`yes` each) to `acceptPath`, `reason` to `declinePath`.
public struct SignatoryAgreementPage: ConsolePage {
    public var provider: String
    public var tenantName: String
    public var reference: String
    public var document: TrustedHTML
    public var pdfPath: String?
    public var sha256: String
    public var sentBy: String
    public var expiresAt: Date
    public var acceptPath: String
    public var declinePath: String
    public var form: FormState

    public init(
        provider: String, tenantName: String, reference: String, document: TrustedHTML, pdfPath: String?,
        sha256: String, sentBy: String, expiresAt: Date, acceptPath: String, declinePath: String,
        form: FormState = FormState()
    ) {
        self.provider = provider
        self.tenantName = tenantName
        self.reference = reference
        self.document = document
        self.pdfPath = pdfPath
        self.sha256 = sha256
        self.sentBy = sentBy
        self.expiresAt = expiresAt
        self.acceptPath = acceptPath
        self.declinePath = declinePath
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let names = ["name", "role", "place", "authority", "agrees", "reason"]
        return .reading(
            PageHeader(
                title: words["sign.title"],
                subtitle: words("sign.text", ["provider": provider, "tenant": tenantName, "who": sentBy])),
            errors: ErrorSummary(form, order: names, words: words),
            [
                Block(
                    Facts([
                        .init(words["agreement.reference"], .text(reference)),
                        .init(words["sign.until"], .moment(words.moment(expiresAt))),
                    ])),
                Block(
                    Section(
                        "document", words["agreement.document"], text: words["sign.document_text"],
                        [
                            Block(
                                DocumentView(
                                    label: words["agreement.document"], html: document.trustedMarkup,
                                    pdfHref: pdfPath.flatMap(ConsolePath.own), hash: sha256))
                        ])),
                Block(acceptance(words)),
                Block(refusal(words)),
            ])
    }

    private func acceptance(_ words: Words) -> Section {
        Section(
            "accept", words["sign.accept_title"], text: words["sign.accept_text"],
            [
                Block(
                    Form(
                        to: ConsolePath.own(acceptPath) ?? "", submit: words["sign.accept"],
                        groups: [
                            .init([
                                Field("name", .text, words["sign.name"], in: form, autocomplete: "name"),
                                Field(
                                    "role", .text, words["sign.role"], in: form, hint: words["sign.role_hint"],
                                    autocomplete: "organization-title"),
                                Field("place", .text, words["sign.place"], in: form),
                                Field(
                                    "authority", .box, words("sign.authority", ["tenant": tenantName]), in: form),
                                Field("agrees", .box, words("sign.agrees", ["reference": reference]), in: form),
                            ])
                        ]))
            ])
    }

    private func refusal(_ words: Words) -> Section {
        Section(
            "decline", words["sign.decline_title"], text: words["sign.decline_text"],
            [
                Block(
                    Disclosure(
                        summary: words["sign.decline"], isDangerous: true, isOpen: form.problems["reason"] != nil,
                        form: Form(
                            to: ConsolePath.own(declinePath) ?? "", submit: words["sign.decline_submit"],
                            groups: [.init([Field("reason", .area(rows: 3), words["field.reason"], in: form)])],
                            isDangerous: true)))
            ])
    }
}
