internal import Documents
internal import PluginKit

extension AgreementWriter {
    // MARK: Annex I

    func parties(_ words: AnnexWords) throws -> [Block] {
        try [(AgreementSlot.controller, facts.controller), (.processor, facts.provider)].flatMap { slot, party in
            let representative = [party.representative, party.representativeRole].compactMap { $0 }
            var rows = [Definition(try words(.name), [.strong(party.name)])]
            if let register = party.register { rows.append(Definition(try words(.register), register)) }
            rows += [
                Definition(try words(.address), party.address),
                Definition(try words(.representative), representative.joined(separator: ", ")),
                Definition(try words(.dataProtectionOfficer), try party.dataProtectionOfficer ?? words(.none)),
                Definition(try words(.breachContact), party.breachContact),
            ]
            return [Block.heading(level: 2, number: nil, text: try words(slot)), .definitions(rows)]
        }
    }

    // MARK: Annex II

    func description(_ words: AnnexWords) throws -> [Block] {
        let processing = facts.processing
        func heading(_ slot: AgreementSlot) throws -> Block { .heading(level: 2, number: nil, text: try words(slot)) }
        func list(_ texts: [BilingualText]) -> Block { .list(texts.map { RichText($0[language]) }) }
        var blocks: [Block] = [
            try heading(.nature), .paragraph(try words.rich(.natureText)),
            try heading(.purposes), list(processing.purposes),
            try heading(.persons), list(processing.personCategories),
            try heading(.data), list(processing.dataCategories), try heading(.special),
        ]
        if processing.coversSpecialCategories {
            blocks += [list(processing.specialCategories), .paragraph(try words.rich(.specialSafeguards))]
        } else {
            blocks.append(.paragraph(try words.rich(.specialNone)))
        }
        let periods = processing.retention.map { Definition($0.what[language], $0.period[language]) }
        return blocks + [
            try heading(.duration), .paragraph(try words.rich(.durationText)), .definitions(periods),
        ]
    }

    // MARK: Annex III

    func measures(_ words: AnnexWords) throws -> [Block] {
        let rows = try AgreementMeasure.Goal.allCases.flatMap { goal in
            try facts.measures.filter { $0.goal == goal }.map { measure in
                [
                    RichText(try words(goal.slot)), [.strong(measure.title[language])],
                    RichText(measure.text[language]),
                ]
            }
        }
        return [
            .table(
                Table(
                    columns: [
                        .init(try words(.columnGoal), share: 1.1), .init(try words(.columnMeasure), share: 1.4),
                        .init(try words(.columnText), share: 3),
                    ], rows: rows))
        ]
    }

    // MARK: Annex IV

    func subProcessors(_ words: AnnexWords) throws -> [Block] {
        let region = facts.region
        let place = "\(region.place), \(CountryName.of(region.country, language))"
        var parent = try words(.parentNone)
        if let name = region.operatorParent {
            let country = region.operatorParentCountry.map { " (\(CountryName.of($0, language)))" } ?? ""
            parent = name + country
        }
        var blocks: [Block] = [
            .heading(level: 2, number: nil, text: try words(.storage)),
            .definitions([
                Definition(try words(.region), [.code(region.id)]), Definition(try words(.place), place),
                Definition(try words(.operator), region.operator), Definition(try words(.parent), parent),
            ]),
        ]
        if let name = region.operatorParent, let country = region.operatorParentCountry,
            !Jurisdiction.eeaCountries.contains(country)
        {
            let values = ["parent": name, "parent_country": CountryName.of(country, language)]
            blocks.append(.paragraph(try words.rich(.parentThirdCountry, values)))
        }
        blocks.append(.heading(level: 2, number: nil, text: try words(.recipients)))
        let rows = try hostingRows(words, place: place) + facts.recipients.map { try row($0, words) }
        guard !rows.isEmpty else { return blocks + [.paragraph(try words.rich(.recipientsNone))] }
        let table = Table(
            columns: [
                .init(try words(.columnRecipient), share: 1.3), .init(try words(.columnCountry), share: 0.9),
                .init(try words(.columnPurpose), share: 2.4), .init(try words(.columnMechanism), share: 1.6),
            ], rows: rows)
        return blocks + [.table(table)]
    }

    /// The region's operator, unless that is the provider itself, and whom the operator engages.
    private func hostingRows(_ words: AnnexWords, place: String) throws -> [[RichText]] {
        let region = facts.region
        let country = RichText(CountryName.of(region.country, language))
        let mechanism = try words.rich(.mechanismNone)
        var rows: [[RichText]] = []
        if !facts.isHostedByProvider {
            rows.append([[.strong(region.operator)], country, try words.rich(.hosting, ["place": place]), mechanism])
        }
        for name in region.subProcessors {
            let purpose = try words.rich(.operatorSubProcessor, ["operator": region.operator])
            rows.append([[.strong(region.announced(name)[language])], country, purpose, mechanism])
        }
        return rows
    }

    private func row(_ recipient: AgreementRecipient, _ words: AnnexWords) throws -> [RichText] {
        let data = recipient.dataCategories.map { $0[language] }.joined(separator: ", ")
        let purpose = [
            recipient.purpose[language] + ".", try words(.recipientData, ["data": data]) + ".",
            try words(.recipientBasis, ["basis": recipient.legalBasis[language]]) + ".",
            try words(.recipientRetention, ["retention": recipient.retention[language]]) + ".",
        ]
        let mechanism = try recipient.transferMechanism?[language] ?? words(.mechanismNone)
        return [
            [.strong(recipient.name[language])],
            RichText(recipient.countries.map { CountryName.of($0, language) }.joined(separator: ", ")),
            RichText(purpose.joined(separator: "\n")), RichText(mechanism),
        ]
    }
}

extension AgreementMeasure.Goal {
    fileprivate var slot: AgreementSlot {
        switch self {
        case .confidentiality: .goalConfidentiality
        case .integrity: .goalIntegrity
        case .availability: .goalAvailability
        case .dataSubjects: .goalDataSubjects
        case .review: .goalReview
        }
    }
}
