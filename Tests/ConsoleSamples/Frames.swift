import Console
import Foundation

enum Frames {
    static let zone = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    @Sendable static func signedIn(_ language: Language) -> Frame {
        Frame(
            language: language, timeZone: zone, installation: "Muster Connect", path: "/console/tenants?state=active",
            reader: Reader(
                name: "Ada Lindqvist", roles: ["owner"],
                permissions: Set(ConsolePermission.allCases)), csrfToken: "csrf-token-of-the-session",
            openApprovals: 2)
    }

    @Sendable static func auditor(_ language: Language) -> Frame {
        var frame = signedIn(language)
        frame.reader = Reader(name: "Pál Kovács", roles: ["auditor"], permissions: [.tenants, .audit])
        return frame
    }

    @Sendable static func withFlashes(_ language: Language) -> Frame {
        var frame = signedIn(language)
        frame.flashes = [
            .init(.done, "Gespeichert."), .init(.warning, "Die E-Mail konnte noch nicht zugestellt werden."),
            .init(.failed, "Meta hat die Nummer abgelehnt."),
        ]
        return frame
    }

    @Sendable static func outside(_ language: Language) -> Frame {
        Frame(
            language: language, timeZone: zone, installation: "Muster Connect GmbH", path: "/console/sign-in",
            csrfToken: "csrf-token")
    }
}

/// Values that several samples share.
enum Values {
    static let specialKinds = [
        "racial_or_ethnic_origin", "political_opinions", "religious_or_philosophical_beliefs", "trade_union_membership",
        "genetic_data", "biometric_data", "health", "sex_life_or_orientation",
    ]

    /// Seconds after 2026-11-24 09:00 UTC.
    static func time(_ hours: Double) -> Date { Date(timeIntervalSince1970: 1_795_510_800 + hours * 3600) }

    static let tenant = "01990c3e-7a4b-7d21-9f31-5e0c2b7a9d10"
    static let hash = "9f2c4d1e8b7a60535e4f3c2d1b0a99887766554433221100ffeeddccbbaa0099"

    static let own = RegionFacts(
        id: "eu-central", country: "DE", place: "Falkenstein", operatorName: "Hetzner Online GmbH", parent: nil,
        parentCountry: nil, isUnderForeignLaw: false, subProcessors: [])
    static let foreign = RegionFacts(
        id: "eu-north", country: "SE", place: "Stockholm", operatorName: "Amazon Web Services EMEA SARL",
        parent: "Amazon.com, Inc.", parentCountry: "US", isUnderForeignLaw: true,
        subProcessors: ["Amazon Data Services Sweden AB", "Amazon Web Services, Inc."],
        coming: [.init(name: "Nordic Remote Hands AB", from: Values.time(24 * 40))])

    static let pending = PendingApproval(
        id: "ap-1", action: "terminate_tenant", asked: Act(by: "Mirela Popescu", at: time(-3)))

    static let document = TrustedHTML(
        trustedMarkup: """
            <h1>Vertrag zur Auftragsverarbeitung</h1>
            <p>zwischen Nordlicht Apotheken AG (Verantwortliche) und Muster Connect GmbH (Auftragsverarbeiterin).</p>
            <h2>§ 1 Gegenstand</h2>
            <p>Die Auftragsverarbeiterin verarbeitet personenbezogene Daten ausschließlich auf dokumentierte Weisung
            der Verantwortlichen (Art. 28 Abs. 3 Buchst. a DSGVO).</p>
            <h2>§ 2 Kategorien</h2>
            <ul><li>Telefonnummer</li><li>Nachrichteninhalt</li><li>Zeitpunkt der Einwilligung</li></ul>
            <h2>§ 3 Unterauftragsverarbeiter</h2>
            <p>Die allgemeine Genehmigung umfasst die in Anlage IV genannten Unternehmen. Änderungen werden vier Wochen
            vorher mitgeteilt; die Verantwortliche kann widersprechen.</p>
            """)

    static let differences = [
        Difference(term: "Unterauftragsverarbeiter", before: nil, after: "Scaleway SAS, Paris (FR)"),
        Difference(term: "Aufbewahrung", before: "90 Tage", after: "30 Tage"),
        Difference(term: "Telefax", before: "+49 30 0000", after: nil),
    ]

    static let tokens = [
        TokenRow(
            id: "t1", label: "Terraform", prefix: "obs_7Fk2", stage: .active, createdAt: time(-900),
            expiresAt: time(2000)),
        TokenRow(
            id: "t2", label: "Monatsbericht", prefix: "obs_p0Qx", stage: .revoked, createdAt: time(-4000),
            expiresAt: nil),
    ]

    /// Any picture will do.
    static let picture = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" shape-rendering="crispEdges"><path fill="#fff" \
        d="M0 0h8v8H0z"/><path d="M0 0h3v3H0zM5 0h3v3H5zM0 5h3v3H0zM4 4h1v1H4zM6 6h2v1H6zM4 6h1v2H4zM6 4h1v1H6z"/></svg>
        """
}
