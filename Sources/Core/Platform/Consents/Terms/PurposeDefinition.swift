public import PluginKit

public import struct Foundation.Date

/// What one version of a purpose says.
public struct PurposeDefinition: Sendable, Hashable {
    public static let basisLimit = 200
    public static let titleLimit = 120
    public static let textLimit = 2000
    public static let validityRange = 1...36_500
    public static let positionRange = 0...999
    /// Purposes that a tenant may ask for at once.
    public static let countLimit = 50
    /// Words that mean something else: the replies of a dialogue, and everything at once.
    public static let reserved: Set<String> = ["consent_dialogue", "all"]

    /// e.g. `Art. 6(1)(a) GDPR`.
    public var legalBasis: String
    public var isSpecialCategory: Bool
    /// Whether messages for it are advertising (UWG § 7). The purpose `marketing` always is.
    public var isAdvertising: Bool
    /// Whether this version asks everybody anew: what was agreed to before it no longer holds. For changes after which people would not be
    /// agreeing to the same (EDPB Guidelines 05/2020, 110).
    public var renewsConsent: Bool
    /// Days after which a consent ends by itself; nil for never.
    public var validityDays: Int?
    /// Where it stands among the tenant's purposes, the least first.
    public var position: Int
    /// By language (BCP 47).
    public var texts: [String: ConsentTerms.Purpose.Text]

    public init(
        legalBasis: String, isSpecialCategory: Bool, isAdvertising: Bool = false, renewsConsent: Bool = false,
        validityDays: Int?, position: Int = 100, texts: [String: ConsentTerms.Purpose.Text]
    ) {
        self.legalBasis = legalBasis
        self.isSpecialCategory = isSpecialCategory
        self.isAdvertising = isAdvertising
        self.renewsConsent = renewsConsent
        self.validityDays = validityDays
        self.position = position
        self.texts = texts
    }

    /// Whether another says the same. What renewed consents once does so no more when it is only said again.
    func says(the other: PurposeDefinition) -> Bool {
        var same = other
        if renewsConsent, !other.renewsConsent { same.renewsConsent = true }
        return self == same
    }

    /// Everything that is not right, by path in the request.
    func problems(of name: String) -> [PlatformError.Field] {
        var check = TermsCheck()
        // The word counts as it is understood everywhere, so nobody must be asked as if it did not.
        if name == "health", !isSpecialCategory {
            check.complain("special_category", "health is a special category of data (Art. 9 GDPR); say true")
        }
        if name == MessagePurpose.marketing, !isAdvertising {
            check.complain("advertising", "marketing is advertising; say true, or give the purpose another name")
        }
        check.text("legal_basis", legalBasis, limit: Self.basisLimit)
        if let validityDays { check.number("validity_days", validityDays, in: Self.validityRange) }
        check.number("position", position, in: Self.positionRange)
        check.languages("texts", Array(texts.keys))
        for (language, text) in texts.sorted(by: { $0.key < $1.key }) {
            check.text("texts.\(language).title", text.title, limit: Self.titleLimit)
            check.text("texts.\(language).text", text.text, limit: Self.textLimit)
        }
        return check.problems
    }
}

/// A purpose in one version, as it was kept.
public struct KeptPurpose: Sendable {
    public var name: String
    public var version: Int
    public var definition: PurposeDefinition
    public var createdAt: Date
    /// Since when nobody is asked for it any more.
    public var retiredAt: Date?

    /// As consent sources see it.
    public var term: ConsentTerms.Purpose {
        ConsentTerms.Purpose(
            name: name, version: version, legalBasis: definition.legalBasis,
            isSpecialCategory: definition.isSpecialCategory, validity: definition.validityDays, texts: definition.texts)
    }
}

extension PurposeDefinition {
    /// As it is kept and shown.
    public var json: JSON {
        let texts = self.texts.sorted { $0.key < $1.key }.map { language, text in
            (language, JSON.object(JSONObject([("title", .string(text.title)), ("text", .string(text.text))])))
        }
        return [
            "legal_basis": .string(legalBasis), "special_category": .bool(isSpecialCategory),
            "advertising": .bool(isAdvertising), "renews_consent": .bool(renewsConsent),
            "validity_days": validityDays.map { .number(String($0)) } ?? .null,
            "position": .number(String(position)), "texts": .object(JSONObject(texts)),
        ]
    }

    /// - Returns: nil for what `json` did not make.
    init?(kept json: JSON) {
        guard let basis = json["legal_basis"]?.string, let isSpecial = json["special_category"]?.bool else {
            return nil
        }
        var texts: [String: ConsentTerms.Purpose.Text] = [:]
        for member in json["texts"]?.object?.members ?? [] {
            guard let title = member.value["title"]?.string, let text = member.value["text"]?.string else { return nil }
            texts[member.name] = .init(title: title, text: text)
        }
        self.init(
            legalBasis: basis, isSpecialCategory: isSpecial,
            isAdvertising: json["advertising"]?.bool ?? false,
            renewsConsent: json["renews_consent"]?.bool ?? false, validityDays: json["validity_days"]?.int,
            position: json["position"]?.int ?? 100, texts: texts)
    }
}
