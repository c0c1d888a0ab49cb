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
                ] : [], instructions: isFull ? 1 : 2, pending: isFull ? [Values.pending] : [],
            form: isFull ? FormState(problems: ["suspend.reason": "Ein Grund fehlt."]) : FormState())
    }

    private static func instructions(
        isEmpty: Bool = false, isBound: Bool = true, mayRecord: Bool = true, form: FormState = FormState()
    ) -> InstructionsPage {
        InstructionsPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG",
            rows: isEmpty
                ? []
                : [
                    .init(
                        id: "i3", text: "Bitte senden Sie die Kontaktliste an unseren Makler.\nBis Freitag.",
                        givenBy: "Henrik Storm, Vorstand", givenAt: Values.time(-30), recordedAt: Values.time(-29),
                        seemsUnlawful: true,
                        answer: "Dafür fehlt eine Rechtsgrundlage (Art. 6 DSGVO); wir führen sie nicht aus.",
                        agreementID: "a1", agreement: "AVV-2026-0042"),
                    .init(
                        id: "i2", text: "Medien nach 30 Tagen löschen.", givenBy: "Henrik Storm, Vorstand",
                        givenAt: Values.time(-300), recordedAt: Values.time(-299), seemsUnlawful: false,
                        answer: "Eingestellt.", agreementID: "a1", agreement: "AVV-2026-0042"),
                    .init(
                        id: "i1", text: "Keine Werbung am Wochenende.", givenBy: "Henrik Storm, Vorstand",
                        givenAt: Values.time(-900), recordedAt: Values.time(-899), seemsUnlawful: false, answer: nil,
                        agreementID: "a0", agreement: "AVV-2025-0007"),
                ], isBound: isBound, mayRecord: mayRecord, form: form)
    }

    static let agreements: [Sample] =
        AgreementStage.allCases.map { stage in
            Sample("agreement-" + stage.rawValue, agreement(stage, isFull: stage == .inForce))
        } + [
            Sample("instructions", instructions()),
            Sample("instructions-none", instructions(isEmpty: true, isBound: false)),
            Sample("instructions-read-only", instructions(mayRecord: false), frame: Frames.auditor),
            Sample(
                "instructions-wrong",
                instructions(
                    form: FormState(
                        values: ["seems_unlawful": ["yes"], "given_at": ["2026-12-24"]],
                        problems: [
                            "text": "Geben Sie 1 bis 10000 Zeichen an.", "given_by": "Geben Sie 1 bis 200 Zeichen an.",
                            "given_at": "Geben Sie einen Tag an, der schon war.",
                            "answer":
                                "Geben Sie an, was dem Verantwortlichen mitgeteilt wurde: Das ist Pflicht (Art. 28 Abs. 3 letzter Satz).",
                        ]))),
        ]
}
