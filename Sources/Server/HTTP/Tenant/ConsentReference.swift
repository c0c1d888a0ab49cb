import Platform

/// What the reference tells of the routes about consent.
enum ConsentReference {
    static let checkGate = OperationReference(
        "checkGate", "Asks the gate for many people at once, without sending.", body: .named("GateCheck"),
        answers: .list(of: "GateAnswer"), problems: [409])
    static let withdraw = OperationReference(
        "withdrawConsent", "Records that a person withdrew; takes effect at once.", body: .named("NewWithdrawal"),
        answers: .named("Withdrawal"), problems: [409])
    static let consentLinks = OperationReference(
        "readConsentLinks", "Shows a person's links: to withdraw, and to read what they agreed to.", query: channel,
        answers: .named("ConsentLinks"), problems: [409])

    static let consentRecord = OperationReference(
        "readConsentRecord", "A person's consents as sealed JSON-LD.", answers: .named("SealedConsentRecord"))
    static let consentRecords = OperationReference(
        "listConsentRecords", "Everybody's consents as sealed JSON-LD, oldest contacts first.", query: .page,
        answers: .list(of: "SealedConsentRecord"))
    static let consentProof = OperationReference(
        "readConsentProof", "A person's consents as a document.",
        query: [.init(name: "language", schema: .oneOf(["de", "en"]), help: "Of the document; `en` unless said.")],
        answers: .content("application/pdf"))
    static let receipt = OperationReference(
        "readConsentReceipt", "What a person agreed to, as sealed JSON-LD.", answers: .named("SealedConsentRecord"))

    static let readWithdrawal = OperationReference(
        "withdrawByLink", "Withdraws everything on the channel.", answers: .named("WithdrawalByLink"))

    static let channel: [OperationReference.QueryParameter] = [
        .init(name: "channel_id", schema: .id, help: "Needed when the tenant has several channels.")
    ]
}
