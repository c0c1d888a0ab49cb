/// What the reference tells of terms of consent and set-ups; for staff and tenants in the same words.
enum ConsentSetupReference {
    static let readTerms = OperationReference(
        "readConsentTerms", "Shows who asks people for consent, and by which rules.", answers: .named("ConsentTerms")
    ).versioned
    static let setTerms = OperationReference(
        "setConsentTerms", "Says who asks people for consent, and by which rules: a new version.",
        detail: """
            Set-ups show the new version, each as far as its configuration fits; one that does not goes on with the former and says \
            what is wrong.
            """, body: .named("ConsentTermsText"), answers: .named("ConsentTerms"), problems: [409]
    ).versioned
    static let listPurposes = OperationReference(
        "listPurposes", "Lists the purposes that people are asked for, in the order in which they are shown.",
        answers: .list(of: "Purpose"))
    static let readPurpose = OperationReference(
        "readPurpose", "Shows a purpose in all its versions, the latest first.", answers: .named("PurposeVersions")
    ).versioned
    static let setPurpose = OperationReference(
        "setPurpose", "Says what a purpose is: a new version, or a new purpose.", body: .named("PurposeText"),
        answers: .named("Purpose"), problems: [409]
    ).versioned
    static let retirePurpose = OperationReference(
        "retirePurpose", "Asks nobody for a purpose any more; consents that were given stay.",
        answers: .named("Purpose"), problems: [409])
    static let listSources = OperationReference(
        "listConsentSources", "Lists the set-ups of consent sources, oldest first.", answers: .list(of: "ConsentSource")
    )
    static let createSource = OperationReference(
        "createConsentSource", "Sets a consent source up on a channel.",
        detail: "All that is wrong with the configuration comes at once, by path.",
        body: .named("NewConsentSource"), answers: .named("ConsentSource", status: 201), problems: [409]
    ).repeatable.versioned
    static let readSource = OperationReference(
        "readConsentSource", "Shows a set-up, and what would be wrong with it under the terms as they are now.",
        answers: .named("ConsentSource")
    ).versioned
    static let readVersion = OperationReference(
        "readConsentSourceVersion", "Shows a set-up as one of its versions was: evidence names it.",
        answers: .named("ConsentSource"))
    static let changeSource = OperationReference(
        "changeConsentSource", "Changes a set-up. What is not named stays; another configuration is a new version.",
        body: .named("ConsentSourceChange"), answers: .named("ConsentSource"), problems: [409]
    ).versioned
    static let pauseSource = OperationReference(
        "pauseConsentSource", "Asks nobody through a set-up, for the time being.", answers: .named("ConsentSource"),
        problems: [409])
    static let resumeSource = OperationReference(
        "resumeConsentSource", "Lets a set-up ask again, with the terms as they are now.",
        answers: .named("ConsentSource"), problems: [409])
    static let retireSource = OperationReference(
        "retireConsentSource", "Ends a set-up for good. Its versions stay, as evidence names them.",
        answers: .named("ConsentSource"), problems: [409])

    /// The same for a tenant's own: `readConsentTerms` becomes `readOwnConsentTerms`.
    static func own(_ id: String) -> String {
        let verb = id.prefix { $0.isLowercase }
        return verb + "Own" + id.dropFirst(verb.count)
    }
}
