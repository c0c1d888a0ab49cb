/// A sentence of the server's that stands in a page: in a form's problems, or as what was just done.
public enum Saying: String, Sendable, CaseIterable {
    case wrongPassword = "wrong_password"
    case wrongCurrentPassword = "wrong_current_password"
    case wrongCode = "wrong_code"
    case tooManyTries = "too_many_tries"
    case stepOver = "step_over"
    case tokenOver = "token_over"
    case providerFailed = "provider_failed"
    case missing
    case passwordsDiffer = "passwords_differ"
    /// Of what the tenant's signatory fills in.
    case length, authority, agreement
    case objectionLength = "objection_length"
    /// Above a set-up's button on a page that is for looking.
    case preview
    case created, saved, moved, withdrawn, countersigned, revoked, connected, started, stopped, recorded, decided,
        ended, asked
    case passwordChanged = "password_changed"
}

extension Console {
    /// - Parameter values: what stands in its places, such as `{when}`.
    public func say(_ saying: Saying, in language: Language, _ values: [String: String] = [:]) -> String {
        let catalogue = catalogues[language] ?? Catalogue(texts: [:])
        return Words(language: language, catalogue: catalogue, zone: .gmt)("say.\(saying.rawValue)", values)
    }

    /// What a detail of the controller's is called.
    public func name(of detail: Detail, in language: Language) -> String {
        Words(language: language, catalogue: catalogues[language] ?? Catalogue(texts: [:]), zone: .gmt).detail(detail)
    }
}
