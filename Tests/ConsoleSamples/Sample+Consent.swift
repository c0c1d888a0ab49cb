import Console

extension Sample {
    private static let name = "Nordlicht Apotheken AG"

    private static let terms = ConsentPage.Terms(
        controller: "Nordlicht Apotheken", imprintURL: "https://nordlicht.example/impressum", noticeVersion: "2026-03",
        notices: [
            .init(language: "de", url: "https://nordlicht.example/datenschutz"),
            .init(language: "en", url: "https://nordlicht.example/privacy"),
        ], minimumAge: 16, quarantineHours: 72, entryCodeHours: 48, evidenceYears: 5, unproven: .serviceOnly,
        version: 3, since: Values.time(-300))

    private static let purposes: [ConsentPage.PurposeRow] = [
        .init(
            name: "service", title: "Bestellungen und Rückfragen", version: 2, isSpecialCategory: false,
            languages: ["de", "en"], validityDays: nil),
        .init(
            name: "health", title: "Fragen zu Medikamenten", version: 1, isSpecialCategory: true, languages: ["de"],
            validityDays: 365),
        .init(
            name: "survey", title: "Umfrage am selben Tag", version: 1, isSpecialCategory: false, languages: ["de"],
            validityDays: 1),
    ]

    private static let sources: [ConsentPage.SourceRow] = [
        .init(
            id: "s1", name: "Startseite", plugin: "signup-widget", channel: "+49 30 901820", stage: .active,
            showsCurrentTerms: true),
        .init(
            id: "s2", name: "Im Chat", plugin: "chatbot", channel: "+49 30 901820", stage: .paused,
            showsCurrentTerms: false),
        .init(
            id: "s3", name: "Sommeraktion 2025", plugin: "signup-widget", channel: "+49 30 901820", stage: .retired,
            showsCurrentTerms: true),
    ]

    private static func overview(_ terms: ConsentPage.Terms?, isEmpty: Bool = false, mayManage: Bool = true)
        -> ConsentPage
    {
        ConsentPage(
            tenantID: Values.tenant, tenantName: name, terms: terms, purposes: isEmpty ? [] : purposes,
            sources: isEmpty ? [] : sources, mayManage: mayManage)
    }

    private static var spare: ConsentPage.Terms {
        var terms = terms
        (terms.imprintURL, terms.minimumAge, terms.unproven) = (nil, nil, .refuse)
        (terms.quarantineHours, terms.evidenceYears) = (1, 1)
        return terms
    }

    private static var open: ConsentPage.Terms {
        var terms = terms
        terms.unproven = .allow
        return terms
    }

    private static let termsValues = FormState([
        "controller": "Nordlicht Apotheken", "imprint_url": "https://nordlicht.example/impressum",
        "notice_version": "2026-03", "notice.de.url": "https://nordlicht.example/datenschutz",
        "notice.de.sha256": String(repeating: "3f", count: 32), "quarantine_hours": "72", "entry_code_hours": "48",
        "evidence_years": "5", "unproven": "refuse",
    ])

    private static func termsForm(_ form: FormState, version: Int?) -> ConsentTermsPage {
        ConsentTermsPage(
            tenantID: Values.tenant, tenantName: name, languages: ["de", "en"], version: version, form: form)
    }

    private static func purpose(_ purpose: String?, _ form: FormState) -> PurposePage {
        PurposePage(
            tenantID: Values.tenant, tenantName: name, name: purpose, version: purpose == nil ? nil : 2,
            languages: ["de", "en"], form: form)
    }

    private static let purposeValues = FormState([
        "legal_basis": "Art. 6 Abs. 1 lit. a DSGVO", "special_category": "no", "advertising": "no",
        "renews_consent": "no", "position": "100",
        "texts.de.title": "Bestellungen und Rückfragen",
        "texts.de.text": "Die Apotheke darf mir über WhatsApp zu meinen Bestellungen schreiben.",
    ])

    private static let fields: [SchemaField] = [
        .init(
            name: "configuration.needed", key: "needed", kind: .list, isRequired: false, isSecret: false,
            help: "Purposes without which there can be no chat, one a line."),
        .init(
            name: "configuration.colour", key: "colour", kind: .text, isRequired: false, isSecret: false,
            help: "Of the button, as #RRGGBB."),
        .init(
            name: "configuration.mode", key: "mode", kind: .choice, isRequired: false, isSecret: false,
            help: "Floating in a corner, or where the tag stands.", choices: ["floating", "inline"]),
    ]

    private static func new(_ plugin: String?, channels: Bool = true, _ form: FormState = FormState())
        -> NewConsentSourcePage
    {
        NewConsentSourcePage(
            tenantID: Values.tenant, tenantName: name,
            plugins: [
                .init(name: "chatbot", summary: "Asks for consent in the chat, before anything else is said."),
                .init(name: "signup-widget", summary: "A button on a web page."),
            ], plugin: plugin, channels: channels ? [.init(id: "c1", name: "+49 30 901820")] : [], fields: fields,
            hasPages: plugin == "signup-widget", form: form)
    }

    private static func source(
        _ stage: ConsentSourceStage, problems: [String] = [], hasPages: Bool = true, mayManage: Bool = true,
        form: FormState? = nil
    ) -> ConsentSourcePage {
        ConsentSourcePage(
            tenantID: Values.tenant, tenantName: name, id: "019f3b1e-6c2a-7d41-9a55-2f0c8b7e1d33", name: "Startseite",
            plugin: hasPages ? "signup-widget" : "chatbot", channel: "+49 30 901820", stage: stage, version: 4,
            purposes: problems.isEmpty ? ["service@2", "health@1"] : [], problems: problems,
            snippet: hasPages
                ? "<script src=\"https://connect.example.eu/sources/signup-widget/widget.bbf283489d803fe6.js\" "
                    + "integrity=\"sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC\" "
                    + "crossorigin=\"anonymous\" data-setup=\"019f3b1e-6c2a-7d41-9a55-2f0c8b7e1d33\" async></script>"
                : nil, fields: hasPages ? fields : [], hasPages: hasPages, createdAt: Values.time(-2_000),
            updatedAt: Values.time(-20),
            actions: !mayManage || stage == .retired ? [] : stage == .active ? [.pause, .retire] : [.resume, .retire],
            mayManage: mayManage,
            form: form
                ?? FormState([
                    "name": "Startseite", "origins": "https://nordlicht.example\nhttps://www.nordlicht.example",
                    "configuration.needed": "service", "configuration.colour": "#0B6B50",
                    "configuration": "{\"texts\":{\"de\":{\"button\":\"Fragen Sie uns\"}}}", "revision": "4",
                ]))
    }

    static let consent: [Sample] = [
        Sample("consent", overview(terms)), Sample("consent-spare", overview(spare)),
        Sample("consent-open", overview(open, mayManage: false)), Sample("consent-none", overview(nil, isEmpty: true)),
        Sample("consent-terms", termsForm(termsValues, version: 3)),
        Sample(
            "consent-terms-wrong",
            termsForm(
                FormState(
                    values: ["controller": [""], "other.language": ["Klingonisch"], "quarantine_hours": ["drei"]],
                    problems: [
                        "controller": "give 1 to 200 characters",
                        "other.language": "this is no language tag such as de",
                        "quarantine_hours": "give a whole number from 1 to 720",
                    ]), version: nil)),
        Sample("purpose", purpose("service", purposeValues)), Sample("purpose-new", purpose(nil, FormState())),
        Sample(
            "purpose-wrong",
            purpose(
                nil,
                FormState(
                    values: ["name": ["Alles Gute"]],
                    problems: ["name": "use a word of a-z, 0-9, _ and - that begins with a letter"],
                    general: "It was changed since you saw it."))),
        Sample("source-plugins", new(nil)), Sample("source-no-channel", new("chatbot", channels: false)),
        Sample("source-new", new("signup-widget")), Sample("source-new-chatbot", new("chatbot")),
        Sample(
            "source-new-wrong",
            new(
                "signup-widget",
                form(
                    ["origins": "https://nordlicht.example/start", "configuration": "{\"texts\": "],
                    [
                        "origins": "give an origin such as https://www.example.org",
                        "configuration": "this is no JSON: the text ends within an object",
                        "configuration.colour": "give a colour as #RRGGBB, such as #0B6B50",
                    ]))),
        Sample("source", source(.active)), Sample("source-retired", source(.retired)),
        Sample(
            "source-former",
            source(.paused, problems: ["configuration.texts: there is no language in which every purpose is there"])),
        Sample("source-chatbot", source(.active, hasPages: false)),
        Sample("source-reading", source(.active, mayManage: false)),
    ]

    private static func form(_ values: [String: String], _ problems: [String: String]) -> FormState {
        FormState(values: values.mapValues { [$0] }, problems: problems)
    }
}
