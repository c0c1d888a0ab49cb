/// Who the provider is, as annex I of every agreement names it, and the law its agreements are under.
///
/// Sends the names of `Term` to `ConsolePath.provider`.
public struct ProviderPage: ConsolePage {
    /// The raw values are the form's field names.
    public enum Term: String, Sendable, Codable, CaseIterable {
        case name, register, address, representative
        case representativeRole = "representative_role"
        case officer = "data_protection_officer"
        case breachContact = "breach_contact"
        case germanLaw = "governing_law.de"
        case englishLaw = "governing_law.en"
        case germanVenue = "venue.de"
        case englishVenue = "venue.en"
    }

    public var form: FormState

    public init(form: FormState) { self.form = form }

    public func content(_ words: Words) -> PageContent {
        let fields = Term.allCases.map { term in
            Field(
                term.rawValue, term == .address ? .area(rows: 2) : .text, words.name(of: term, in: "provider"),
                in: form, required: ![.register, .representativeRole, .officer].contains(term))
        }
        return .staff(
            .regions, PageHeader(title: words["provider.title"], subtitle: words["provider.text"]),
            path: [Breadcrumb(text: words["regions.title"], href: ConsolePath.regions)],
            errors: ErrorSummary(form, fields: fields, words: words),
            [
                Block(
                    Section(
                        "form", words["provider.form"],
                        [
                            Block(
                                Form(
                                    to: ConsolePath.provider, submit: words["form.save"], groups: [.init(fields)],
                                    cancel: ConsolePath.regions))
                        ]))
            ])
    }
}
