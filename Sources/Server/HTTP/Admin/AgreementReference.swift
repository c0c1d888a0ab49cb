import Platform

/// What the reference tells of agreements, for staff and for the tenant's signatory.
enum AgreementReference {
    static let read = OperationReference(
        "readAgreement", "Shows an agreement.", answers: .named("Agreement")
    ).versioned
    static let draft = OperationReference(
        "draftAgreement", "Drafts an agreement that is to be concluded here.", body: .named("NewAgreementDraft"),
        answers: .named("Agreement", status: 201), problems: [409]
    ).repeatable.versioned
    static let offer = OperationReference(
        "offerAgreement", "Renders the document, fixes its hash, seals it and makes the signatory's link.",
        detail: "From the facts of now: the provider, the tenant, its region, the plugins. What is missing is named.",
        body: .named("NewOffer"), answers: .named("Offer"), problems: [409]
    ).changed { $0.isBodyOptional = true }.conditional
    static let renewLink = OperationReference(
        "renewSigningLink", "Makes a new link to an offer; those before it open nothing any more.",
        answers: .named("Offer"), problems: [409])
    static let withdraw = OperationReference(
        "withdrawAgreement", "Takes a draft, an offer or an accepted offer back.", body: .named("Reason"),
        answers: .named("Agreement"), problems: [409]
    ).conditional
    static let countersign = OperationReference(
        "countersignAgreement", "Signs for the provider and puts the agreement in force.",
        detail: "The one before it is superseded. The evidence of how it was concluded is sealed.",
        answers: .named("Agreement"), problems: [409]
    ).conditional
    static let readFile = OperationReference(
        "readAgreementFile", "A file of an agreement: pdf, html, seal, acceptance, evidence, evidence_seal.",
        detail: "`openssl cms -verify` checks `seal` over `pdf` and `evidence_seal` over `evidence`.",
        answers: .content("application/pdf"), .content("application/json"))

    static let listTexts = OperationReference(
        "listAgreementTexts", "Lists the wordings that are kept beside the standard one, by name and version.",
        query: [
            .init(name: "tenant", schema: .id, help: "Only this tenant's own."),
            .init(name: "name", schema: .textName, help: "Only the versions of this one."),
        ] + .page, answers: .list(of: "AgreementText"))
    static let addText = OperationReference(
        "addAgreementText", "Stores a version of a wording, for good.",
        detail: """
            Both files are YAML as Docs/agreements.md describes it, of at most \(AgreementTextFiles.limit) characters each. Name and \
            version are what they say as `id` and `version`. What is wrong is named with language, place and line.
            """, body: .named("NewAgreementText"), answers: .named("AgreementText", status: 201), problems: [404, 409]
    ).repeatable
    static let checkText = OperationReference(
        "checkAgreementText", "Looks whether a wording could be stored, and stores nothing.",
        body: .named("NewAgreementText"), answers: .named("AgreementTextCheck"), problems: [404, 409])
    static let readText = OperationReference(
        "readAgreementText", "Shows a version of a wording with its files.", answers: .named("AgreementTextFiles"))
    static let withdrawText = OperationReference(
        "withdrawAgreementText", "Takes a version back: nothing new is made with it. What was made stays.",
        body: .named("Reason"), answers: .named("AgreementText"))

    static let listNotices = OperationReference(
        "listNotices", "Lists the changes of annexes that a tenant was told of, newest first.",
        answers: .list(of: "Notice"))
    static let linkNotice = OperationReference(
        "linkNotice", "Makes a link by which the tenant reads a notice and may object.", answers: .named("NoticeLink"),
        problems: [409])
    static let objectToNotice = OperationReference(
        "recordObjection", "Records that the tenant objected: the change does not take effect for it.",
        body: .named("Objection"), answers: .named("Notice"), problems: [409])

    static let listInstructions = OperationReference(
        "listInstructions", "Lists what the controller instructed, newest first.", answers: .list(of: "Instruction"))
    static let recordInstruction = OperationReference(
        "recordInstruction", "Records an instruction (Art. 28(3)(a) GDPR).", body: .named("NewInstruction"),
        answers: .named("Instruction", status: 201), problems: [409]
    ).changed { $0.takesIdempotencyKey = true }

    static let readProvider = OperationReference(
        "readProvider", "Shows who the provider is, as annex I names it.", answers: .named("Provider"), problems: [404])
    static let setProvider = OperationReference(
        "setProvider", "Says who the provider is.", body: .named("NewProvider"), answers: .named("Provider"))

    static let view = OperationReference(
        "viewOffer", "The page on which the tenant's signatory reads an agreement.",
        answers: .content("text/html; charset=utf-8"), problems: [404, 410])
    static let document = OperationReference(
        "viewOfferDocument", "The document as PDF.", answers: .content("application/pdf"), problems: [410])
    static let accept = OperationReference(
        "acceptOffer", "Accepts the agreement for the tenant. The link is used up.", body: .named("Acceptance"),
        answers: .named("Agreement"), problems: [409, 410])
    static let decline = OperationReference(
        "declineOffer", "Declines the agreement. The link is used up.", body: .named("Decline"),
        answers: .named("Agreement"), problems: [409, 410]
    ).changed { $0.isBodyOptional = true }
    static let viewNotice = OperationReference(
        "viewNotice", "The page on which a tenant reads a change of its annexes.",
        answers: .content("text/html; charset=utf-8"), problems: [404, 410])
    static let object = OperationReference(
        "objectToNotice", "Objects to the change. The link is used up.", body: .named("Objection"),
        answers: .named("Notice"), problems: [409, 410])
}
