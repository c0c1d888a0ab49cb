/// What the reference tells of what people outside any messenger are served.
enum PublicSourceReference {
    static let file = OperationReference(
        "consentSourceFile", "A script or style of a consent source, for pages of every origin.",
        detail: """
            A name that holds a digest may be kept for ever, another for minutes. Its bytes are what `integrity` in a set-up's \
            snippet is the digest of.
            """, answers: .content("text/javascript")
    ).versioned
    static let read = OperationReference(
        "askConsentSource", "Asks a set-up for what its page shows.",
        detail: "What there is and which query parameters, the plugin says. Pages of the set-up's origins alone.",
        answers: .json(.anything), problems: [403])
    static let act = OperationReference(
        "useConsentSource", "Tells a set-up what a person did on a page.",
        detail: "The body is the plugin's. Only from pages of the set-up's origins, as `Origin` tells. No cookies.",
        body: Schema.object([], isOpen: true), answers: .json(.anything), problems: [403, 409])
    static let ask = OperationReference(
        "preflightConsentSource", "Answers a browser that asks whether a page may use a set-up (CORS).",
        answers: .empty(204), problems: [403])
}

extension OperationReference {
    /// The same under an id of its own.
    func named(_ suffix: String) -> OperationReference { changed { $0.id += suffix } }
}
