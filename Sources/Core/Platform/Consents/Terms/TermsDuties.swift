public import PluginKit

/// What must be there before anybody is asked for consent (Art. 13 GDPR; imprint duties of Art. 5 of Directive 2000/31/EC).
public enum TermsDuties {
    /// What the terms lack, by path; empty when people can be asked.
    public static func problems(_ terms: ConsentTerms) -> [PlatformError.Field] {
        var problems: [PlatformError.Field] = []
        func lack(_ path: String, _ problem: String) { problems.append(.init(path: path, problem: problem)) }
        if terms.controller.trimmed.isEmpty { lack("consent_terms.controller", "say who asks (Art. 13(1)(a) GDPR)") }
        if terms.imprintURL == nil {
            lack("consent_terms.imprint_url", "say where people see who stands behind the chat")
        }
        if terms.purposes.isEmpty { lack("purposes", "say for what you ask: add a purpose") }
        let notice = Set(terms.notice.texts.keys.map { $0.lowercased() })
        let used = Set(terms.purposes.flatMap(\.texts.keys))
        for language in used.sorted() where !notice.contains(language.lowercased()) {
            lack(
                "consent_terms.privacy_notice.texts.\(language)",
                "purposes are worded in this language, the privacy notice is not")
        }
        return problems
    }
}
