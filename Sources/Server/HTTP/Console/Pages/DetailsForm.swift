import Console
import Foundation
import Platform
import PluginKit

/// The controller's details as the fields of a form, and back.
enum DetailsForm {
    private static let retention: [(kind: ControllerDetails.DataKind, field: Detail)] = [
        (.contacts, .retentionContacts), (.messages, .retentionMessages), (.media, .retentionMedia),
        (.consents, .retentionConsents), (.events, .retentionEvents),
    ]

    /// Fields by the platform's paths, without `details.`.
    private static let paths: [String: Detail] = [
        "legal_name": .legalName, "legal_form": .legalForm, "register.name": .registerName,
        "register.number": .registerNumber, "register": .registerName, "address.street": .street,
        "address.postal_code": .postcode, "address.city": .city, "address.country": .country, "address": .street,
        "representative.name": .representativeName, "representative.function": .representativeRole,
        "representative": .representativeName, "data_protection_officer.name": .officerName,
        "data_protection_officer.email": .officerEmail, "data_protection_officer.phone": .officerPhone,
        "data_protection_officer.absent_because": .officerAbsent, "data_protection_officer": .officerName,
        "breach_contact.name": .breachName, "breach_contact.email": .breachEmail,
        "breach_contact.phone": .breachPhone, "breach_contact": .breachName, "purposes": .purposes,
        "data_categories": .dataCategories, "person_categories": .personCategories,
        "special_categories.kinds": .specialKinds, "special_categories": .specialCategories,
        "retention.contacts": .retentionContacts, "retention.messages": .retentionMessages,
        "retention.media": .retentionMedia, "retention.consents": .retentionConsents,
        "retention.events": .retentionEvents, "retention": .retentionContacts, "languages": .languages,
    ]

    static func field(_ path: String) -> String? {
        paths[path.hasPrefix("details.") ? String(path.dropFirst(8)) : path]?.rawValue
    }

    // MARK: - Out

    static func state(of details: ControllerDetails) -> FormState {
        FormState(
            values: Dictionary(uniqueKeysWithValues: values(of: details).map { ($0.field.rawValue, $0.values) }))
    }

    /// As they are shown; what is missing is there, and empty. Nothing at all for a tenant of whom nothing is known.
    static func lines(of details: ControllerDetails) -> [DetailLine] {
        guard details != ControllerDetails() else { return [] }
        let shown = values(of: details).reduce(into: [Detail: String]()) { shown, value in
            shown[value.field] = value.values.joined(separator: ", ").replacing("\n", with: ", ")
        }
        let optional: Set<Detail> = [
            .registerName, .registerNumber, .officerName, .officerEmail, .officerPhone, .officerAbsent, .specialKinds,
            .retentionContacts, .retentionMessages, .retentionMedia, .retentionConsents, .retentionEvents,
        ]
        return Detail.allCases.compactMap { field in
            let value = shown[field] ?? ""
            return value.isEmpty && optional.contains(field) ? nil : DetailLine(field: field, value: value)
        }
    }

    private static func values(of details: ControllerDetails) -> [(field: Detail, values: [String])] {
        var found: [(field: Detail, values: [String])] = []
        func add(_ field: Detail, _ value: String?) {
            if let value { found.append((field, [value])) }
        }
        add(.legalName, details.legalName)
        add(.legalForm, details.legalForm)
        add(.registerName, details.register?.name)
        add(.registerNumber, details.register?.number)
        add(.street, details.address?.street)
        add(.postcode, details.address?.postalCode)
        add(.city, details.address?.city)
        add(.country, details.address?.country)
        add(.representativeName, details.representative?.name.revealed)
        add(.representativeRole, details.representative?.function.revealed)
        switch details.officer {
        case .person(let person):
            add(.officerName, person.name.revealed)
            add(.officerEmail, person.email.revealed)
            add(.officerPhone, person.phone.revealed)
        case .absent(let because): add(.officerAbsent, because)
        case nil: break
        }
        add(.breachName, details.breachContact?.name.revealed)
        add(.breachEmail, details.breachContact?.email.revealed)
        add(.breachPhone, details.breachContact?.phone.revealed)
        add(.purposes, details.purposes.joined(separator: "\n"))
        add(.dataCategories, details.dataCategories.joined(separator: "\n"))
        add(.personCategories, details.personCategories.joined(separator: "\n"))
        switch details.specialCategories {
        case .notProcessed: add(.specialCategories, "no")
        case .processed(let kinds):
            add(.specialCategories, "yes")
            found.append((.specialKinds, kinds.map(\.rawValue).sorted()))
        case nil: break
        }
        for (kind, field) in retention { add(field, details.retention[kind].map { String($0) }) }
        found.append((.languages, details.languages))
        return found
    }

    // MARK: - In

    /// All parts: what is empty is taken away.
    /// - Throws: `.invalid` for what no detail can be made of.
    static func change(_ form: FormFields) throws(PlatformError) -> ControllerDetailsChange {
        var problems: [PlatformError.Field] = []
        func text(_ field: Detail) -> String? {
            let text = (form[field.rawValue] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            return text.isEmpty ? nil : text
        }
        /// Nil when none of them is filled in.
        func texts(_ fields: Detail...) -> [String]? {
            let texts = fields.map(text)
            return texts.contains { $0 != nil } ? texts.map { $0 ?? "" } : nil
        }
        func lines(_ field: Detail) -> [String] {
            (text(field) ?? "").split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        var details = ControllerDetails()
        details.legalName = text(.legalName)
        details.legalForm = text(.legalForm)
        details.register = texts(.registerName, .registerNumber).map { .init(name: $0[0], number: $0[1]) }
        // A country alone is what the list offers by itself.
        details.address =
            texts(.street, .postcode, .city) == nil
            ? nil
            : texts(.street, .postcode, .city, .country).map {
                .init(street: $0[0], postalCode: $0[1], city: $0[2], country: $0[3])
            }
        details.representative = texts(.representativeName, .representativeRole).map {
            .init(name: Personal($0[0]), function: Personal($0[1]))
        }
        if let officer = texts(.officerName, .officerEmail, .officerPhone) {
            details.officer = .person(person(officer))
            if text(.officerAbsent) != nil {
                problems.append(
                    .init(path: Detail.officerAbsent.rawValue, problem: "leave this empty when somebody is named"))
            }
        } else {
            details.officer = text(.officerAbsent).map { .absent(because: $0) }
        }
        details.breachContact = texts(.breachName, .breachEmail, .breachPhone).map(person)
        details.purposes = lines(.purposes)
        details.dataCategories = lines(.dataCategories)
        details.personCategories = lines(.personCategories)
        let kinds = Set(
            form.all(Detail.specialKinds.rawValue).compactMap(ControllerDetails.SpecialCategories.Kind.init(rawValue:)))
        switch text(.specialCategories) {
        case "yes": details.specialCategories = .processed(kinds)
        case "no":
            details.specialCategories = .notProcessed
            if !kinds.isEmpty {
                problems.append(
                    .init(path: Detail.specialKinds.rawValue, problem: "none can be named when none are processed"))
            }
        default: break
        }
        for (kind, field) in retention {
            guard let typed = text(field) else { continue }
            if let days = Int(typed) {
                details.retention[kind] = days
            } else {
                problems.append(.init(path: field.rawValue, problem: "give a whole number of days"))
            }
        }
        details.languages = form.all(Detail.languages.rawValue)
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The controller's details are not right.", fields: problems)
        }
        return ControllerDetailsChange(parts: Set(ControllerDetails.Part.allCases), values: details)
    }

    private static func person(_ texts: [String]) -> ControllerDetails.ContactPerson {
        .init(name: Personal(texts[0]), email: Personal(texts[1]), phone: Personal(texts[2]))
    }
}
