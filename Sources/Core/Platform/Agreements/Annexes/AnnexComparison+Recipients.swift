internal import Documents

extension AnnexComparison {
    /// The same flow of the same plugin is the same recipient, whatever it is called.
    mutating func recipients(_ old: [AgreementRecipient], _ new: [AgreementRecipient]) {
        for after in new {
            if let before = old.first(where: { $0.isSameFlow(as: after) }) {
                recipient(before, after)
            } else {
                add(
                    .subProcessors, .recipient, .added,
                    german: "Neuer Empfänger: \(after.name.german), \(after.places[.german]). \(after.purpose.german).",
                    english:
                        "New recipient: \(after.name.english), \(after.places[.english]). \(after.purpose.english).",
                    mayObject: true)
            }
        }
        for before in old where !new.contains(where: { $0.isSameFlow(as: before) }) {
            add(
                .subProcessors, .recipient, .removed, german: "Empfänger entfällt: \(before.name.german).",
                english: "Recipient removed: \(before.name.english).")
        }
    }

    private mutating func recipient(_ before: AgreementRecipient, _ after: AgreementRecipient) {
        func label(_ german: String, _ english: String) -> BilingualText {
            BilingualText(german: "\(after.name.german), \(german)", english: "\(after.name.english), \(english)")
        }
        compare(
            .subProcessors, .recipient, before.name, after.name,
            BilingualText(german: "Empfänger", english: "Recipient"), mayObject: true
        ) { $0 }
        compare(
            .subProcessors, .recipientCountry, before.countries.map { BilingualText(country: $0) },
            after.countries.map { BilingualText(country: $0) }, label("Land", "country"), mayObjectToNew: true)
        compare(
            .subProcessors, .recipientData, before.dataCategories, after.dataCategories, label("Daten", "data"),
            mayObjectToNew: true)
        compare(
            .subProcessors, .recipientPurpose, before.purpose, after.purpose, label("Zweck", "purpose"),
            mayObject: true
        ) { $0 }
        compare(
            .subProcessors, .recipientPurpose, before.legalBasis, after.legalBasis,
            label("Rechtsgrundlage", "legal basis"), mayObject: true
        ) { $0 }
        compare(
            .subProcessors, .transferMechanism, before.transferMechanism, after.transferMechanism,
            label("Grundlage der Übermittlung", "basis of the transfer"), mayObject: true
        ) { $0 ?? BilingualText(german: "keine", english: "none") }
        compare(
            .subProcessors, .recipientRetention, before.retention, after.retention,
            label("Speicherung", "storage"), mayObject: true
        ) { $0 }
    }
}

extension AgreementRecipient {
    fileprivate func isSameFlow(as other: AgreementRecipient) -> Bool {
        plugin == other.plugin && flow == other.flow
    }

    fileprivate var places: BilingualText {
        BilingualText(
            german: countries.map { CountryName.of($0, .german) }.joined(separator: ", "),
            english: countries.map { CountryName.of($0, .english) }.joined(separator: ", "))
    }
}

extension BilingualText {
    init(country: String) {
        self.init(german: CountryName.of(country, .german), english: CountryName.of(country, .english))
    }
}
