internal import PluginKit

extension AgreementFacts {
    /// Whether the provider runs the data centre itself, so that nobody else is entrusted with storage.
    var isHostedByProvider: Bool { region.operator == provider.name }

    /// - Throws: `PlatformError` with a field for each fact that is missing or cannot be.
    public func requireComplete() throws {
        var fields: [PlatformError.Field] = []
        func require(_ isFine: Bool, _ path: String, _ problem: String) {
            if !isFine { fields.append(.init(path: path, problem: problem)) }
        }
        func require(_ text: String, _ path: String) {
            require(!text.allSatisfy(\.isWhitespace), path, "is missing")
        }
        func require(_ text: BilingualText, _ path: String) {
            require(text.german, "\(path).de")
            require(text.english, "\(path).en")
        }
        func require(_ texts: [BilingualText], _ path: String) {
            require(!texts.isEmpty, path, "name at least one")
            for (index, text) in texts.enumerated() { require(text, "\(path)[\(index)]") }
        }

        require(reference, "reference")
        require(TenantService.isDate(date), "date", "give a date as YYYY-MM-DD")
        for (path, party) in [("provider", provider), ("controller", controller)] {
            require(party.name, "\(path).name")
            require(party.address, "\(path).address")
            require(party.representative, "\(path).representative")
            require(party.breachContact, "\(path).breach_contact")
        }
        require(processing.purposes, "processing.purposes")
        require(processing.dataCategories, "processing.data_categories")
        require(processing.personCategories, "processing.person_categories")
        if processing.coversSpecialCategories {
            require(processing.specialCategories, "processing.special_categories")
        } else {
            require(
                processing.specialCategories.isEmpty, "processing.special_categories",
                "there must be none unless they are covered")
        }
        require(!processing.retention.isEmpty, "processing.retention", "name at least one period")
        for (index, retention) in processing.retention.enumerated() {
            require(retention.what, "processing.retention[\(index)].what")
            require(retention.period, "processing.retention[\(index)].period")
        }
        require(region.place, "region.place")
        require(region.operator, "region.operator")
        require(
            Jurisdiction.eeaCountries.contains(region.country), "region.country",
            "only a country of the European Economic Area can host a tenant")
        require(
            region.operatorParent == nil || region.operatorParentCountry != nil, "region.operator_parent_country",
            "say in which country the operator's parent is")
        for (index, recipient) in recipients.enumerated() {
            let path = "recipients[\(index)]"
            require(recipient.name, "\(path).name")
            require(!recipient.countries.isEmpty, "\(path).countries", "name at least one")
            require(recipient.dataCategories, "\(path).data_categories")
            require(recipient.purpose, "\(path).purpose")
            require(recipient.legalBasis, "\(path).legal_basis")
            require(recipient.retention, "\(path).retention")
            require(
                recipient.thirdCountries.isEmpty || recipient.transferMechanism != nil, "\(path).transfer_mechanism",
                "a transfer to a third country needs one (GDPR Art. 44 to 49)")
        }
        require(!measures.isEmpty, "measures", "name at least one (GDPR Art. 32)")
        require(terms.objectionDays > 0, "terms.objection_days", "give at least 1")
        require(
            (1...72).contains(terms.breachHours), "terms.breach_hours", "give 1 to 72: the controller has 72 in all")
        require(terms.returnDays > 0, "terms.return_days", "give at least 1")
        require(terms.governingLaw, "terms.governing_law")
        require(terms.venue, "terms.venue")

        guard fields.isEmpty else {
            throw PlatformError(
                .invalid, "The agreement cannot be made: \(fields.count) facts are missing or wrong.",
                remedy: "Complete the facts that are named.", fields: fields)
        }
    }
}
