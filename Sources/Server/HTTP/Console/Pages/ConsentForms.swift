import Console
import Platform
import PluginKit

/// The form of a tenant's terms of consent, and what it says.
enum ConsentTermsForm {
    private typealias Term = ConsentTermsPage.Term

    static func state(of profile: ConsentProfile?) -> FormState {
        let rules = profile?.rules ?? .standard
        var values: [String: String] = [
            Term.quarantineHours.rawValue: String(rules.quarantineHours),
            Term.entryCodeHours.rawValue: String(rules.entryCodeHours),
            Term.evidenceYears.rawValue: String(rules.evidenceYears), Term.unproven.rawValue: rules.unproven.rawValue,
        ]
        values[Term.minimumAge.rawValue] = rules.minimumAge.map(String.init)
        values[Term.controller.rawValue] = profile?.controller
        values[Term.imprint.rawValue] = profile?.imprintURL
        values[Term.noticeVersion.rawValue] = profile?.notice.version
        for (language, text) in profile?.notice.texts ?? [:] {
            values["notice.\(language).url"] = text.url
            values["notice.\(language).sha256"] = text.hash
        }
        return FormState(values)
    }

    /// - Throws: `.invalid` for what no terms can be made of.
    static func profile(_ form: FormFields) throws -> ConsentProfile {
        var reading = FormReading(form)
        var texts: [String: ConsentTerms.PrivacyNotice.Text] = [:]
        func take(_ language: String, _ name: String) {
            guard reading.optional(name + ".url") != nil || reading.optional(name + ".sha256") != nil else { return }
            if language.isEmpty || texts[language] != nil {
                reading.complain("other.language", language.isEmpty ? "name the language" : "this stands above already")
            }
            texts[language] = .init(url: reading.text(name + ".url"), hash: reading.optional(name + ".sha256"))
        }
        for language in reading.languages("notice").sorted() { take(language, "notice.\(language)") }
        take(reading.text("other.language"), "other")
        let rules = ConsentRules(
            quarantineHours: reading.required(Term.quarantineHours.rawValue, ConsentRules.quarantineRange),
            entryCodeHours: reading.required(Term.entryCodeHours.rawValue, ConsentRules.entryCodeRange),
            evidenceYears: reading.required(Term.evidenceYears.rawValue, ConsentRules.evidenceRange),
            minimumAge: reading.number(Term.minimumAge.rawValue, ConsentRules.ageRange),
            unproven: ConsentRules.Unproven(rawValue: reading.text(Term.unproven.rawValue))
                ?? ConsentRules.standard.unproven)
        try reading.finish()
        return ConsentProfile(
            controller: reading.text(Term.controller.rawValue), imprintURL: reading.optional(Term.imprint.rawValue),
            notice: .init(version: reading.text(Term.noticeVersion.rawValue), texts: texts), rules: rules)
    }

    /// A field's name by its path at the platform.
    static func field(_ path: String, _ form: FormFields) -> String? {
        switch path {
        case "privacy_notice.version": Term.noticeVersion.rawValue
        case "privacy_notice.texts": "other.language"
        default: LanguageFields.field(path, "privacy_notice.texts", "notice", form)
        }
    }
}

/// The form of a purpose, and what it says.
enum PurposeForm {
    static func state(of definition: PurposeDefinition?) -> FormState {
        var values = [
            "position": String(definition?.position ?? 100),
            "special_category": definition?.isSpecialCategory == true ? "yes" : "no",
            "advertising": definition?.isAdvertising == true ? "yes" : "no",
            // Of this change, whatever an earlier one was.
            "renews_consent": "no",
        ]
        values["legal_basis"] = definition?.legalBasis
        values["validity_days"] = definition?.validityDays.map(String.init)
        for (language, text) in definition?.texts ?? [:] {
            values["texts.\(language).title"] = text.title
            values["texts.\(language).text"] = text.text
        }
        return FormState(values)
    }

    /// - Throws: `.invalid` for what no purpose can be made of.
    static func definition(_ form: FormFields) throws -> PurposeDefinition {
        var reading = FormReading(form)
        var texts: [String: ConsentTerms.Purpose.Text] = [:]
        func take(_ language: String, _ name: String) {
            guard reading.optional(name + ".title") != nil || reading.optional(name + ".text") != nil else { return }
            if language.isEmpty || texts[language] != nil {
                reading.complain("other.language", language.isEmpty ? "name the language" : "this stands above already")
            }
            texts[language] = .init(title: reading.text(name + ".title"), text: reading.text(name + ".text"))
        }
        for language in reading.languages("texts").sorted() { take(language, "texts.\(language)") }
        take(reading.text("other.language"), "other")
        func answer(_ field: String) -> Bool {
            let word = reading.text(field)
            if !["yes", "no"].contains(word) { reading.complain(field, "choose one") }
            return word == "yes"
        }
        let (isSpecial, isAdvertising) = (answer("special_category"), answer("advertising"))
        // A new purpose has nothing to renew, so its form does not ask.
        let renews = form["old"] == nil ? false : answer("renews_consent")
        let definition = PurposeDefinition(
            legalBasis: reading.text("legal_basis"), isSpecialCategory: isSpecial, isAdvertising: isAdvertising,
            renewsConsent: renews, validityDays: reading.number("validity_days", PurposeDefinition.validityRange),
            position: reading.required("position", PurposeDefinition.positionRange), texts: texts)
        try reading.finish()
        return definition
    }

    static func field(_ path: String, _ form: FormFields) -> String? {
        switch path {
        case "purpose": "name"
        case "texts": "other.language"
        default: LanguageFields.field(path, "texts", "texts", form)
        }
    }
}
