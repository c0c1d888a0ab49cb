import PluginKit
import Postgres

/// The SQL of a controller's details.
enum TenantDetailsStore {
    static func find(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "tenant-details.find",
            """
            SELECT legal_name, legal_form, register_name, register_number, street, postal_code, city, country, representative_name,
                   representative_function, officer_name, officer_email, officer_phone, officer_absent_because, breach_name,
                   breach_email, breach_phone, purposes, data_categories, person_categories, special_processed, special_kinds,
                   retention_data, retention_days, languages
            FROM tenant_details
            WHERE tenant_id = $1
            """, [tenant])
    }

    static func put(_ tenant: TenantID, _ details: ControllerDetails) -> PostgresQuery {
        var officer: (person: ControllerDetails.ContactPerson?, absence: String?)
        switch details.officer {
        case .person(let person): officer = (person, nil)
        case .absent(let because): officer = (nil, because)
        case nil: officer = (nil, nil)
        }
        var special: (processed: Bool?, kinds: [String]) = (nil, [])
        switch details.specialCategories {
        case .processed(let kinds): special = (true, kinds.map(\.rawValue).sorted())
        case .notProcessed: special = (false, [])
        case nil: break
        }
        let retention = details.retention.sorted { $0.key.rawValue < $1.key.rawValue }
        return PostgresQuery(
            "tenant-details.put",
            """
            INSERT INTO tenant_details
                   (tenant_id, legal_name, legal_form, register_name, register_number, street, postal_code, city, country,
                    representative_name, representative_function, officer_name, officer_email, officer_phone, officer_absent_because,
                    breach_name, breach_email, breach_phone, purposes, data_categories, person_categories, special_processed,
                    special_kinds, retention_data, retention_days, languages)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
            ON CONFLICT (tenant_id) DO UPDATE
            SET (legal_name, legal_form, register_name, register_number, street, postal_code, city, country, representative_name,
                 representative_function, officer_name, officer_email, officer_phone, officer_absent_because, breach_name,
                 breach_email, breach_phone, purposes, data_categories, person_categories, special_processed, special_kinds,
                 retention_data, retention_days, languages, updated_at)
              = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, now())
            """,
            [
                tenant, details.legalName, details.legalForm, details.register?.name, details.register?.number,
                details.address?.street, details.address?.postalCode, details.address?.city, details.address?.country,
                details.representative?.name.revealed, details.representative?.function.revealed,
                officer.person?.name.revealed, officer.person?.email.revealed, officer.person?.phone.revealed,
                officer.absence, details.breachContact?.name.revealed, details.breachContact?.email.revealed,
                details.breachContact?.phone.revealed, details.purposes, details.dataCategories,
                details.personCategories, special.processed, special.kinds, retention.map(\.key.rawValue),
                retention.map(\.value), details.languages,
            ])
    }

    /// What a person can be told by is taken out; what the company is and agreed to stays.
    static func removePersons(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "tenant-details.remove-persons",
            """
            UPDATE tenant_details
            SET representative_name = NULL, representative_function = NULL, officer_name = NULL, officer_email = NULL,
                officer_phone = NULL, breach_name = NULL, breach_email = NULL, breach_phone = NULL, updated_at = now()
            WHERE tenant_id = $1
            """, [tenant])
    }

    static func details(_ row: PostgresRow) throws -> ControllerDetails {
        var details = ControllerDetails()
        details.legalName = try row.decode("legal_name")
        details.legalForm = try row.decode("legal_form")
        if let name = try row.decode("register_name", as: String?.self) {
            details.register = .init(name: name, number: try row.decode("register_number", as: String?.self) ?? "")
        }
        if let street = try row.decode("street", as: String?.self) {
            details.address = .init(
                street: street, postalCode: try row.decode("postal_code", as: String?.self) ?? "",
                city: try row.decode("city", as: String?.self) ?? "",
                country: try row.decode("country", as: String?.self) ?? "")
        }
        if let name = try row.decode("representative_name", as: String?.self) {
            details.representative = .init(
                name: Personal(name),
                function: Personal(try row.decode("representative_function", as: String?.self) ?? ""))
        }
        if let person = try person(row, "officer") {
            details.officer = .person(person)
        } else if let because = try row.decode("officer_absent_because", as: String?.self) {
            details.officer = ControllerDetails.Officer.absent(because: because)
        }
        details.breachContact = try person(row, "breach")
        details.purposes = try row.decode("purposes")
        details.dataCategories = try row.decode("data_categories")
        details.personCategories = try row.decode("person_categories")
        if let processed = try row.decode("special_processed", as: Bool?.self) {
            let kinds = try row.decode("special_kinds", as: [String].self)
            details.specialCategories =
                processed
                ? .processed(Set(kinds.compactMap(ControllerDetails.SpecialCategories.Kind.init(rawValue:))))
                : ControllerDetails.SpecialCategories.notProcessed
        }
        let days = try row.decode("retention_days", as: [Int].self)
        for (kind, days) in zip(try row.decode("retention_data", as: [String].self), days) {
            if let kind = ControllerDetails.DataKind(rawValue: kind) { details.retention[kind] = days }
        }
        details.languages = try row.decode("languages")
        return details
    }

    private static func person(_ row: PostgresRow, _ prefix: String) throws -> ControllerDetails.ContactPerson? {
        guard let name = try row.decode("\(prefix)_name", as: String?.self) else { return nil }
        return ControllerDetails.ContactPerson(
            name: Personal(name), email: Personal(try row.decode("\(prefix)_email", as: String?.self) ?? ""),
            phone: Personal(try row.decode("\(prefix)_phone", as: String?.self) ?? ""))
    }
}
