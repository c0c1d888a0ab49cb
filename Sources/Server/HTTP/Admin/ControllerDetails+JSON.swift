import Platform
import PluginKit

extension ControllerDetails {
    /// Every part; null for what is not written down yet.
    var json: JSON {
        [
            "legal_name": .optional(legalName), "legal_form": .optional(legalForm),
            "register": register.map { ["name": .string($0.name), "number": .string($0.number)] } ?? .null,
            "address": address.map {
                [
                    "street": .string($0.street), "postal_code": .string($0.postalCode), "city": .string($0.city),
                    "country": .string($0.country),
                ]
            } ?? .null,
            "representative": representative.map {
                ["name": .string($0.name.revealed), "function": .string($0.function.revealed)]
            } ?? .null,
            "data_protection_officer": officer?.json ?? .null, "breach_contact": breachContact?.json ?? .null,
            "purposes": .texts(purposes), "data_categories": .texts(dataCategories),
            "person_categories": .texts(personCategories), "special_categories": specialCategories?.json ?? .null,
            "retention": .object(
                JSONObject(
                    retention.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, .int($0.value)) })),
            "languages": .texts(languages),
        ]
    }
}

extension ControllerDetails.ContactPerson {
    var json: JSON {
        ["name": .string(name.revealed), "email": .string(email.revealed), "phone": .string(phone.revealed)]
    }
}

extension ControllerDetails.Officer {
    var json: JSON {
        switch self {
        case .person(let person): person.json
        case .absent(let because): ["absent_because": .string(because)]
        }
    }
}

extension ControllerDetails.SpecialCategories {
    var json: JSON {
        switch self {
        case .notProcessed: ["processed": false, "kinds": []]
        case .processed(let kinds): ["processed": true, "kinds": .texts(kinds.map(\.rawValue).sorted())]
        }
    }
}

extension JSON {
    static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
}

extension ControllerDetailsChange {
    /// What a request says of the details: a part that is named is set, null takes it away.
    /// - Returns: nil when it says nothing of them.
    init?(in fields: inout RequestFields, _ name: String) {
        var parts: Set<ControllerDetails.Part> = []
        var values = ControllerDetails()
        let isThere = fields.object(name) { details in
            parts = Set(ControllerDetails.Part.allCases.filter { details.has($0.rawValue) })
            values.legalName = details.optionalText("legal_name")
            values.legalForm = details.optionalText("legal_form")
            details.object("register") {
                values.register = .init(name: $0.text("name"), number: $0.text("number"))
            }
            details.object("address") {
                values.address = .init(
                    street: $0.text("street"), postalCode: $0.text("postal_code"), city: $0.text("city"),
                    country: $0.text("country"))
            }
            details.object("representative") {
                values.representative = .init(
                    name: Personal($0.text("name")), function: Personal($0.text("function")))
            }
            details.object("data_protection_officer") { officer in
                if officer.has("absent_because") {
                    values.officer = ControllerDetails.Officer.absent(because: officer.text("absent_because"))
                } else {
                    values.officer = .person(.init(in: &officer))
                }
            }
            details.object("breach_contact") { values.breachContact = .init(in: &$0) }
            values.purposes = details.optionalList("purposes")
            values.dataCategories = details.optionalList("data_categories")
            values.personCategories = details.optionalList("person_categories")
            details.object("special_categories") { values.specialCategories = .init(in: &$0) }
            details.object("retention") { retention in
                for kind in ControllerDetails.DataKind.allCases {
                    values.retention[kind] = retention.optionalInteger(kind.rawValue)
                }
            }
            values.languages = details.optionalList("languages")
        }
        guard isThere else { return nil }
        self.init(parts: parts, values: values)
    }
}

extension ControllerDetails.ContactPerson {
    init(in fields: inout RequestFields) {
        self.init(
            name: Personal(fields.text("name")), email: Personal(fields.text("email")),
            phone: Personal(fields.text("phone")))
    }
}

extension ControllerDetails.SpecialCategories {
    init(in fields: inout RequestFields) {
        let isProcessed = fields.requiredBool("processed")
        var kinds: Set<Kind> = []
        for word in fields.optionalList("kinds") {
            if let kind = Kind(rawValue: word) {
                kinds.insert(kind)
            } else {
                fields.complain("kinds", "can hold \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        if !isProcessed, !kinds.isEmpty { fields.complain("kinds", "none can be named when none are processed") }
        self = isProcessed ? .processed(kinds) : .notProcessed
    }
}
