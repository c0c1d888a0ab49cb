// What annexes I and II say of a tenant.
extension ControllerDetails {
    /// - Throws: `.conflict` naming the parts that the agreement needs and that nobody has said yet.
    func party(named name: String) throws -> AgreementParty {
        let missing = self.missing
        guard missing.isEmpty, let address, let representative, let breachContact else {
            throw PlatformError(
                .conflict,
                "The controller's details are not complete: \(missing.map(\.rawValue).joined(separator: ", ")).",
                remedy: "Add them to the tenant: PATCH /admin/v1/tenants/{tenant}.",
                fields: missing.map { .init(path: "details.\($0.rawValue)", problem: "this is missing") })
        }
        return AgreementParty(
            name: legalName ?? name, register: register.map { "\($0.name) \($0.number)" },
            address: "\(address.street)\n\(address.postalCode) \(address.city)\n\(address.country)",
            representative: representative.name.revealed, representativeRole: representative.function.revealed,
            dataProtectionOfficer: officerText, breachContact: Self.text(breachContact))
    }

    private var officerText: String? {
        if case .person(let person) = officer { Self.text(person) } else { nil }
    }

    private static func text(_ person: ContactPerson) -> String {
        [person.name.revealed, person.email.revealed, person.phone.revealed].filter { !$0.isEmpty }
            .joined(separator: ", ")
    }

    var processing: AgreementProcessing {
        var kinds: [SpecialCategories.Kind] = []
        if case .processed(let some) = specialCategories { kinds = some.sorted { $0.rawValue < $1.rawValue } }
        return AgreementProcessing(
            purposes: purposes.map { BilingualText($0) }, dataCategories: dataCategories.map { BilingualText($0) },
            personCategories: personCategories.map { BilingualText($0) }, coversSpecialCategories: !kinds.isEmpty,
            specialCategories: kinds.map(\.text),
            retention: retention.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, days in
                .init(
                    what: kind.text,
                    period: BilingualText(
                        german: days == 1 ? "1 Tag" : "\(days) Tage", english: days == 1 ? "1 day" : "\(days) days"))
            })
    }
}

extension ControllerDetails.SpecialCategories.Kind {
    /// In the words of Art. 9(1) GDPR.
    fileprivate var text: BilingualText {
        switch self {
        case .origin: BilingualText(german: "rassische und ethnische Herkunft", english: "racial or ethnic origin")
        case .politics: BilingualText(german: "politische Meinungen", english: "political opinions")
        case .beliefs:
            BilingualText(
                german: "religiöse oder weltanschauliche Überzeugungen", english: "religious or philosophical beliefs")
        case .unions: BilingualText(german: "Gewerkschaftszugehörigkeit", english: "trade union membership")
        case .genetics: BilingualText(german: "genetische Daten", english: "genetic data")
        case .biometrics:
            BilingualText(
                german: "biometrische Daten zur eindeutigen Identifizierung",
                english: "biometric data for unique identification")
        case .health: BilingualText(german: "Gesundheitsdaten", english: "data concerning health")
        case .sexuality:
            BilingualText(
                german: "Daten zum Sexualleben oder der sexuellen Orientierung",
                english: "data concerning sex life or sexual orientation")
        }
    }
}

extension ControllerDetails.DataKind {
    fileprivate var text: BilingualText {
        switch self {
        case .contacts: BilingualText(german: "Kontakte", english: "contacts")
        case .messages: BilingualText(german: "Nachrichten", english: "messages")
        case .media: BilingualText(german: "Medien", english: "media")
        case .consents:
            BilingualText(german: "Einwilligungen und ihre Nachweise", english: "consents and their evidence")
        case .events: BilingualText(german: "Ereignisse der Messenger", english: "events of the messengers")
        }
    }
}
