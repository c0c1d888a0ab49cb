import Console

extension Sample {
    private static func agreement(_ stage: AgreementStage, isFull: Bool = false) -> AgreementPage {
        AgreementPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "a1", reference: "AVV-2026-0042",
            version: "3", stage: stage, document: stage == .draft ? nil : Values.document,
            pdfPath: "/console/agreement.pdf",
            sha256: Values.hash,
            events: [
                .init(stage: .draft, at: Values.time(-400), by: "Ada Lindqvist"),
                .init(
                    stage: .offered, at: Values.time(-390), by: "Ada Lindqvist",
                    detail: "an vorstand@nordlicht.example"),
                .init(stage: stage, at: Values.time(-300), by: "Henrik Storm, Vorstand"),
            ], actions: isFull ? AgreementPage.Action.allCases : [],
            offerDays: 30,
            signingLink: isFull ? "https://connect.example.eu/agreements/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhMSJ9" : nil,
            linkExpiresAt: isFull ? Values.time(200) : nil,
            notices: isFull
                ? [
                    .init(
                        id: "n1", title: "Neuer Unterauftragsverarbeiter", sentAt: Values.time(-100),
                        objectUntil: Values.time(500), differences: Values.differences,
                        objection: .init(
                            act: Act(by: "Henrik Storm", at: Values.time(-50)),
                            text: "Wir erwarten erst den Prüfbericht.")),
                    .init(
                        id: "n2", title: "Kürzere Aufbewahrung", sentAt: Values.time(-90),
                        objectUntil: Values.time(500), differences: [Values.differences[1]], objection: nil,
                        mayLink: true),
                ] : [], pending: isFull ? [Values.pending] : [],
            form: isFull ? FormState(problems: ["suspend.reason": "Ein Grund fehlt."]) : FormState())
    }

    static let agreements: [Sample] = AgreementStage.allCases.map { stage in
        Sample("agreement-" + stage.rawValue, agreement(stage, isFull: stage == .inForce))
    }
}
