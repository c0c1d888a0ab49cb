import Platform
import PluginKit

extension KeptProfile {
    var json: JSON {
        JSON.object(
            JSONObject(
                (profile.json.object?.members ?? []).map { ($0.name, $0.value) } + [
                    ("version", .int(version)), ("created_at", .time(createdAt)),
                ]))
    }
}

extension KeptPurpose {
    var json: JSON {
        JSON.object(
            JSONObject(
                [("purpose", .string(name)), ("version", .int(version))]
                    + (definition.json.object?.members ?? []).map { ($0.name, $0.value) } + [
                        ("created_at", .time(createdAt)), ("retired_at", .time(retiredAt)),
                    ]))
    }
}

extension [KeptPurpose] {
    /// All versions of one.
    var json: JSON { ["purpose": .optional(first?.name), "versions": .array(map(\.json))] }
}

extension ConsentSourceView {
    func json(_ publicURL: String) -> JSON {
        [
            "id": .id(source.id), "plugin": .string(source.plugin), "channel_id": .id(source.channel),
            "name": .string(source.name), "state": .string(source.state.rawValue), "version": .int(version),
            "origins": .array(source.origins.map { .string($0) }), "configuration": configuration,
            "terms": [
                "version": .int(profileVersion),
                "purposes": .array(purposes.map { ["purpose": .string($0.name), "version": .int($0.version)] }),
            ],
            "shows_current_terms": .bool(showsCurrentTerms),
            "problems": .array(problems.map { ["path": .string($0.path), "problem": .string($0.problem)] }),
            "public_url": isReached ? .string("\(publicURL)/s/\(source.id)") : .null,
            "snippet": .optional(snippet(base: publicURL)),
            "created_at": .time(source.createdAt), "updated_at": .time(source.updatedAt),
            "revision": .int(source.revision),
        ]
    }
}

extension RequestFields {
    mutating func consentProfile() -> ConsentProfile {
        let standard = ConsentRules.standard
        let controller = text("controller")
        let imprint = optionalText("imprint_url")
        var notice = ConsentTerms.PrivacyNotice(version: "", texts: [:])
        if value("privacy_notice") == nil { complain("privacy_notice", "this is missing; give an object") }
        object("privacy_notice") { fields in
            notice.version = fields.text("version")
            fields.byLanguage("texts") { language, text in
                notice.texts[language] = .init(url: text.text("url"), hash: text.optionalText("sha256"))
            }
        }
        var rules = ConsentRules(
            quarantineHours: integer(
                "quarantine_hours", ConsentRules.quarantineRange, default: standard.quarantineHours),
            entryCodeHours: integer("entry_code_hours", ConsentRules.entryCodeRange, default: standard.entryCodeHours),
            evidenceYears: integer("evidence_years", ConsentRules.evidenceRange, default: standard.evidenceYears),
            minimumAge: optionalInteger("minimum_age"))
        if let word = optionalText("unproven") {
            if let unproven = ConsentRules.Unproven(rawValue: word) {
                rules.unproven = unproven
            } else {
                let known = ConsentRules.Unproven.allCases.map(\.rawValue).joined(separator: ", ")
                complain("unproven", "can be \(known)")
            }
        }
        return ConsentProfile(controller: controller, imprintURL: imprint, notice: notice, rules: rules)
    }

    /// - Parameter name: the purpose's.
    mutating func purposeDefinition(of name: String) -> PurposeDefinition {
        var texts: [String: ConsentTerms.Purpose.Text] = [:]
        let basis = text("legal_basis")
        let isSpecial = bool("special_category", default: name == "health")
        let isAdvertising = bool("advertising", default: name == MessagePurpose.marketing)
        let renews = bool("renews_consent", default: false)
        let days = optionalInteger("validity_days")
        let position = integer("position", PurposeDefinition.positionRange, default: 100)
        byLanguage("texts") { language, fields in
            texts[language] = .init(title: fields.text("title"), text: fields.text("text"))
        }
        return PurposeDefinition(
            legalBasis: basis, isSpecialCategory: isSpecial, isAdvertising: isAdvertising, renewsConsent: renews,
            validityDays: days, position: position, texts: texts)
    }

    /// An object with a member a language, each read by `body`.
    mutating func byLanguage(_ name: String, _ body: (String, inout RequestFields) -> Void) {
        guard let members = value(name)?.object?.members else {
            return complain(name, "give an object with a member a language, e.g. {\"de\": {…}}")
        }
        object(name) { languages in
            for member in members {
                if !languages.object(member.name, { body(member.name, &$0) }), member.value.isNull {
                    languages.complain(member.name, "give an object")
                }
            }
        }
    }

    /// What the plugin reads; its own fields.
    mutating func configuration(isRequired: Bool) -> JSON? {
        guard let configuration = value("configuration") else {
            if isRequired { complain("configuration", "this is missing; give an object") }
            return nil
        }
        if configuration.object == nil { complain("configuration", "expected an object, found \(configuration.kind)") }
        return configuration
    }
}
