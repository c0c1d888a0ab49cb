import Console

extension Sample {
    private static func agreement(_ form: FormState = FormState()) -> SignatoryAgreementPage {
        SignatoryAgreementPage(
            provider: "Muster Connect GmbH", tenantName: "Nordlicht Apotheken AG", reference: "AVV-2026-0042",
            document: Values.document, pdfPath: "/agreements/a1/document.pdf", sha256: Values.hash,
            sentBy: "Ada Lindqvist", expiresAt: Values.time(200), acceptPath: "/agreements/a1/accept",
            declinePath: "/agreements/a1/decline", form: form)
    }

    private static func notice(_ path: String?, _ form: FormState = FormState()) -> NoticePage {
        NoticePage(
            provider: "Muster Connect GmbH", tenantName: "Nordlicht Apotheken AG",
            title: "Neuer Unterauftragsverarbeiter ab Januar",
            text: "Ab dem 1. Januar speichert Scaleway SAS verschlüsselte Sicherungen in Paris.",
            differences: Values.differences, effectiveAt: Values.time(900), objectUntil: Values.time(600),
            objectPath: path, form: form)
    }

    static let outside: [Sample] =
        [
            Sample("sign", agreement(), frame: Frames.outside),
            Sample(
                "sign-wrong",
                agreement(
                    FormState(
                        values: ["name": ["Henrik Storm"]],
                        problems: [
                            "role": "Ihre Funktion fehlt.",
                            "authority": "Bitte bestätigen Sie, dass Sie zeichnen dürfen.",
                            "agrees": "Bitte bestätigen Sie, dass Sie zustimmen.", "reason": "Ein Grund fehlt.",
                        ])), frame: Frames.outside),
            Sample("notice", notice("/agreements/a1/object"), frame: Frames.outside),
            Sample(
                "notice-wrong",
                notice("/agreements/a1/object", FormState(problems: ["reason": "Ein Grund fehlt."])),
                frame: Frames.outside),
            Sample("notice-over", notice(nil), frame: Frames.outside),
        ]
        + SignatoryReceiptPage.Kind.allCases.map { kind in
            Sample(
                "receipt-" + kind.rawValue,
                SignatoryReceiptPage(
                    kind: kind, provider: "Muster Connect GmbH", reference: "AVV-2026-0042", name: "Henrik Storm",
                    role: "Vorstand", place: kind == .accepted ? "Kiel" : nil,
                    reason: kind == .accepted ? nil : "Der Prüfbericht fehlt.", at: Values.time(0),
                    sha256: Values.hash, pdfPath: "/agreements/a1/document.pdf"), frame: Frames.outside)
        }
        + LinkClosedPage.Reason.allCases.map { reason in
            Sample(
                "link-" + reason.rawValue,
                LinkClosedPage(reason: reason, contact: reason == .unknown ? nil : "Ada Lindqvist, ada@muster.example"),
                frame: Frames.outside)
        }
        + [
            Sample(
                "withdrawal", withdrawal(["Terminerinnerungen", "Neuigkeiten und Angebote"]), frame: Frames.outside),
            Sample("withdrawal-nothing", withdrawal([]), frame: Frames.outside),
            Sample("withdrawal-done", withdrawal([], isDone: true), frame: Frames.outside),
            Sample("consent-receipt", consentReceipt(consents), frame: Frames.outside),
            Sample("consent-receipt-none", consentReceipt([]), frame: Frames.outside),
        ]

    private static let consents: [ConsentReceiptPage.Consent] =
        [
            .init(
                title: "Terminerinnerungen",
                text: "Ich möchte über WhatsApp an meine Termine erinnert werden. Das kann ich jederzeit widerrufen.",
                state: "confirmed", since: Values.time(0), expiresAt: Values.time(900)),
            .init(
                title: "Neuigkeiten und Angebote", text: nil, state: "withdrawn", since: Values.time(100),
                expiresAt: nil),
            .init(title: "Befunde", text: "Ja, gerne.", state: "granted", since: Values.time(20), expiresAt: nil),
        ]
        + ["none", "requested", "refused", "expired"].map {
            .init(title: "Umfragen", text: nil, state: $0, since: nil, expiresAt: nil)
        }

    private static func consentReceipt(_ consents: [ConsentReceiptPage.Consent]) -> ConsentReceiptPage {
        ConsentReceiptPage(
            controller: "Nordlicht Apotheken AG", address: "Hafenstraße 1\n24103 Kiel\nDE",
            channelAddress: "+49 431 5550100", noticeURL: "https://nordlicht.example/datenschutz",
            imprintURL: "https://nordlicht.example/impressum", consents: consents,
            withdrawalPath: "/consents/withdrawal/w1", recordPath: "/consents/receipt/r1/record")
    }

    private static func withdrawal(_ agreed: [String], isDone: Bool = false) -> WithdrawalPage {
        WithdrawalPage(
            controller: "Nordlicht Apotheken AG", channelAddress: "+49 431 5550100", agreed: agreed, isDone: isDone,
            path: "/consents/withdrawal/w1")
    }
}
