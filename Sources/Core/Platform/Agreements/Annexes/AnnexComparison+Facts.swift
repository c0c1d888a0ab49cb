extension AnnexComparison {
    mutating func parties(_ old: AgreementFacts, _ new: AgreementFacts) {
        let pairs = [
            (BilingualText(german: "Verantwortlicher", english: "Controller"), old.controller, new.controller),
            (BilingualText(german: "Auftragsverarbeiter", english: "Processor"), old.provider, new.provider),
        ]
        for (who, before, after) in pairs {
            for field in Self.partyFields {
                let what = BilingualText(
                    german: "\(who.german), \(field.label.german)", english: "\(who.english), \(field.label.english)")
                compare(.parties, .party, field.value(before), field.value(after), what) {
                    $0.map { BilingualText($0) } ?? .none
                }
            }
        }
    }

    private struct PartyField: Sendable {
        var label: BilingualText
        var value: @Sendable (AgreementParty) -> String?
    }

    private static let partyFields = [
        PartyField(label: BilingualText(german: "Name", english: "name")) { $0.name },
        PartyField(label: BilingualText(german: "Register", english: "register")) { $0.register },
        PartyField(label: BilingualText(german: "Anschrift", english: "address")) { $0.address },
        PartyField(label: BilingualText(german: "Vertretung", english: "representative")) {
            [$0.representative, $0.representativeRole].compactMap { $0 }.joined(separator: ", ")
        },
        PartyField(label: BilingualText(german: "Datenschutzbeauftragte Person", english: "data-protection officer")) {
            $0.dataProtectionOfficer
        },
        PartyField(label: BilingualText(german: "Meldungen bei Verletzungen", english: "notices of breaches")) {
            $0.breachContact
        },
    ]

    mutating func processing(_ old: AgreementProcessing, _ new: AgreementProcessing) {
        compare(
            .description, .purpose, old.purposes, new.purposes, BilingualText(german: "Zwecke", english: "Purposes"))
        compare(
            .description, .personCategory, old.personCategories, new.personCategories,
            BilingualText(german: "Betroffene Personen", english: "Data subjects"))
        compare(
            .description, .dataCategory, old.dataCategories, new.dataCategories,
            BilingualText(german: "Datenkategorien", english: "Categories of data"))
        compare(
            .description, .specialCategory, old.coversSpecialCategories, new.coversSpecialCategories,
            BilingualText(german: "Besondere Kategorien", english: "Special categories")
        ) {
            $0
                ? BilingualText(german: "umfasst", english: "covered")
                : BilingualText(german: "nicht umfasst", english: "not covered")
        }
        compare(
            .description, .specialCategory, old.specialCategories, new.specialCategories,
            BilingualText(german: "Besondere Kategorien", english: "Special categories"))
        retention(old.retention, new.retention)
    }

    private mutating func retention(
        _ old: [AgreementProcessing.Retention], _ new: [AgreementProcessing.Retention]
    ) {
        let label = BilingualText(german: "Speicherfristen", english: "Storage periods")
        compare(
            .description, .retention, old.map(\.what).filter { what in !new.contains { $0.what == what } },
            new.map(\.what).filter { what in !old.contains { $0.what == what } }, label)
        for after in new {
            guard let before = old.first(where: { $0.what == after.what }) else { continue }
            compare(.description, .retention, before.period, after.period, after.what) { $0 }
        }
    }

    mutating func measures(_ old: [AgreementMeasure], _ new: [AgreementMeasure]) {
        let label = BilingualText(german: "Maßnahmen", english: "Measures")
        let (oldIDs, newIDs) = (Set(old.map(\.id)), Set(new.map(\.id)))
        compare(
            .measures, .measure, old.filter { !newIDs.contains($0.id) }.map(\.title),
            new.filter { !oldIDs.contains($0.id) }.map(\.title), label)
        for after in new {
            guard let before = old.first(where: { $0.id == after.id }), before != after else { continue }
            add(
                .measures, .measure, .altered, german: "Maßnahme „\(after.title.german)“ ist anders beschrieben.",
                english: "The measure \"\(after.title.english)\" is described differently.")
        }
    }

    mutating func region(_ old: AgreementFacts, _ new: AgreementFacts) {
        let (before, after) = (old.region, new.region)
        func compare(_ german: String, _ english: String, _ value: (AgreementRegion) -> String?) {
            let what = BilingualText(german: german, english: english)
            self.compare(.subProcessors, .region, value(before), value(after), what, mayObject: true) {
                $0.map { BilingualText($0) } ?? BilingualText(german: "keiner", english: "none")
            }
        }
        compare("Region", "Region") { $0.id }
        self.compare(
            .subProcessors, .region, before.country, after.country,
            BilingualText(german: "Land der Speicherung", english: "Country of storage"), mayObject: true
        ) { BilingualText(country: $0) }
        compare("Ort der Speicherung", "Place of storage") { $0.place }
        compare("Betreiber der Region", "Operator of the region") { $0.operator }
        compare("Konzern des Betreibers", "Group of the operator") { $0.operatorParent }
        self.compare(
            .subProcessors, .region, before.operatorParentCountry, after.operatorParentCountry,
            BilingualText(german: "Land des Konzerns", english: "Country of the group"), mayObject: true
        ) { $0.map { BilingualText(country: $0) } ?? BilingualText(german: "keines", english: "none") }
        self.compare(
            .subProcessors, .regionSubProcessor,
            before.subProcessors.filter { !after.subProcessors.contains($0) }.map { BilingualText($0) },
            after.subProcessors.filter { !before.subProcessors.contains($0) }.map { after.announced($0) },
            BilingualText(german: "Unterauftragsverarbeiter der Region", english: "Sub-processors of the region"),
            mayObjectToNew: true)
    }
}

extension AgreementRegion {
    /// A sub-processor, and from when on where that is known.
    func announced(_ name: String) -> BilingualText {
        guard let day = subProcessorsFrom?[name] else { return BilingualText(name) }
        return BilingualText(german: "\(name) (ab \(day))", english: "\(name) (from \(day))")
    }
}
