public import struct Foundation.Date

/// Tells a controller of a change before it comes, with the chance to object (Art. 28(2) GDPR).
///
/// Sends `name` and `reason` to `objectPath`.
public struct NoticePage: ConsolePage {
    public var provider: String
    public var tenantName: String
    public var title: String
    public var text: String
    public var differences: [Difference]
    public var effectiveAt: Date
    public var objectUntil: Date
    /// Nil when the time to object is over.
    public var objectPath: String?
    public var form: FormState

    public init(
        provider: String, tenantName: String, title: String, text: String, differences: [Difference],
        effectiveAt: Date, objectUntil: Date, objectPath: String?, form: FormState = FormState()
    ) {
        self.provider = provider
        self.tenantName = tenantName
        self.title = title
        self.text = text
        self.differences = differences
        self.effectiveAt = effectiveAt
        self.objectUntil = objectUntil
        self.objectPath = objectPath
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        .reading(
            PageHeader(
                title: title, subtitle: words("notice.subtitle", ["provider": provider, "tenant": tenantName])),
            errors: ErrorSummary(form, order: ["name", "reason"], words: words),
            [
                Block(Paragraph(text: text)),
                Block(
                    Facts([
                        .init(words["notice.effective"], .text(words.day(effectiveAt))),
                        .init(words["notice.until"], .text(words.day(objectUntil))),
                    ])),
                Block(
                    Section(
                        "differences", words["notice.differences"], [Block(Difference.comparison(differences))])),
                Block(Section("object", words["notice.object"], text: words["notice.object_text"], [objection(words)])),
            ])
    }

    private func objection(_ words: Words) -> Block {
        guard let path = objectPath.flatMap(ConsolePath.own) else {
            return Block(Notice(.neutral, words["notice.over"]))
        }
        return Block(
            Form(
                to: path, submit: words["notice.object_submit"],
                groups: [
                    .init([
                        Field("name", .text, words["sign.name"], in: form, autocomplete: "name"),
                        Field("reason", .area(rows: 4), words["notice.reason"], in: form),
                    ])
                ], isDangerous: true))
    }
}
