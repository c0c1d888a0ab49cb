public import PluginKit

public import struct Foundation.Date

/// Who asks people for consent and by which rules; the part of a tenant's terms that all its purposes share.
public struct ConsentProfile: Sendable, Hashable {
    public static let nameLimit = 200
    public static let versionLimit = 64
    public static let addressLimit = 2000
    /// Languages that one thing may be worded in.
    public static let languageLimit = 50

    /// Who asks, as people know it (Art. 13(1)(a) GDPR).
    public var controller: String
    /// Where it says who stands behind the chat. Needed before a set-up can be active.
    public var imprintURL: String?
    public var notice: ConsentTerms.PrivacyNotice
    public var rules: ConsentRules

    public init(
        controller: String, imprintURL: String?, notice: ConsentTerms.PrivacyNotice,
        rules: ConsentRules = .standard
    ) {
        self.controller = controller
        self.imprintURL = imprintURL
        self.notice = notice
        self.rules = rules
    }

    /// Everything that is not right, by path in the request.
    func problems() -> [PlatformError.Field] {
        var check = TermsCheck()
        check.text("controller", controller, limit: Self.nameLimit)
        if let imprintURL { check.address("imprint_url", imprintURL) }
        check.text("privacy_notice.version", notice.version, limit: Self.versionLimit)
        check.languages("privacy_notice.texts", Array(notice.texts.keys))
        for (language, text) in notice.texts.sorted(by: { $0.key < $1.key }) {
            check.address("privacy_notice.texts.\(language).url", text.url)
            if let hash = text.hash, !TermsText.isDigest(hash) {
                check.complain("privacy_notice.texts.\(language).sha256", "give 64 digits 0-9 and a-f")
            }
        }
        check.number("quarantine_hours", rules.quarantineHours, in: ConsentRules.quarantineRange)
        check.number("entry_code_hours", rules.entryCodeHours, in: ConsentRules.entryCodeRange)
        check.number("evidence_years", rules.evidenceYears, in: ConsentRules.evidenceRange)
        if let age = rules.minimumAge { check.number("minimum_age", age, in: ConsentRules.ageRange) }
        return check.problems
    }
}

/// A profile as it was kept.
public struct KeptProfile: Sendable {
    public var version: Int
    public var profile: ConsentProfile
    public var createdAt: Date
}

extension ConsentProfile {
    /// As it is kept and shown.
    public var json: JSON {
        let texts = notice.texts.sorted { $0.key < $1.key }.map { language, text in
            (language, JSON(members: [("url", .string(text.url)), ("sha256", text.hash.map { .string($0) })]))
        }
        return JSON(members: [
            ("controller", .string(controller)), ("imprint_url", imprintURL.map { .string($0) } ?? .null),
            ("privacy_notice", ["version": .string(notice.version), "texts": .object(JSONObject(texts))]),
            ("minimum_age", rules.minimumAge.map { .number(String($0)) } ?? .null),
            ("quarantine_hours", .number(String(rules.quarantineHours))),
            ("entry_code_hours", .number(String(rules.entryCodeHours))),
            ("evidence_years", .number(String(rules.evidenceYears))), ("unproven", .string(rules.unproven.rawValue)),
        ])
    }

    /// - Returns: nil for what `json` did not make.
    init?(kept json: JSON) {
        guard let controller = json["controller"]?.string, let notice = json["privacy_notice"],
            let version = notice["version"]?.string
        else { return nil }
        var texts: [String: ConsentTerms.PrivacyNotice.Text] = [:]
        for member in notice["texts"]?.object?.members ?? [] {
            guard let url = member.value["url"]?.string else { return nil }
            texts[member.name] = .init(url: url, hash: member.value["sha256"]?.string)
        }
        let standard = ConsentRules.standard
        self.init(
            controller: controller, imprintURL: json["imprint_url"]?.string,
            notice: .init(version: version, texts: texts),
            rules: ConsentRules(
                quarantineHours: json["quarantine_hours"]?.int ?? standard.quarantineHours,
                entryCodeHours: json["entry_code_hours"]?.int ?? standard.entryCodeHours,
                evidenceYears: json["evidence_years"]?.int ?? standard.evidenceYears,
                minimumAge: json["minimum_age"]?.int,
                unproven: json["unproven"]?.string.flatMap(ConsentRules.Unproven.init(rawValue:)) ?? standard.unproven))
    }
}

extension JSON {
    /// An object without the members that are not there.
    init(members: [(String, JSON?)]) {
        self = .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
    }
}
