import Console

extension Sample {
    static let access: [Sample] =
        [
            Sample(
                "sign-in",
                SignInPage(
                    allowsPassword: true,
                    providers: [.init(id: "entra", name: "Microsoft Entra"), .init(id: "kc", name: "Keycloak")],
                    next: "/console/audit"), frame: Frames.outside),
            Sample(
                "sign-in-wrong",
                SignInPage(
                    allowsPassword: true, providers: [],
                    form: FormState(
                        values: ["email": ["ada@example.eu"]],
                        general: "E-Mail oder Passwort stimmt nicht."), reason: .expired), frame: Frames.outside),
            Sample(
                "sign-in-providers",
                SignInPage(allowsPassword: false, providers: [.init(id: "kc", name: "Keycloak")], reason: .signedOut),
                frame: Frames.outside),
            Sample("sign-in-none", SignInPage(allowsPassword: false, providers: []), frame: Frames.outside),
            Sample("sign-in-code", SignInCodePage(next: "/console"), frame: Frames.outside),
            Sample(
                "sign-in-code-wrong",
                SignInCodePage(form: FormState(problems: ["code": "Der Code stimmt nicht oder ist abgelaufen."])),
                frame: Frames.outside),
            Sample("sign-in-link", SignInLinkPage(token: "Zk3v9"), frame: Frames.outside),
            Sample(
                "recovery-codes", RecoveryCodesPage(codes: ["abcd-efgh", "jkmn-pqrs"], next: "/console"),
                frame: Frames.outside),
            Sample("reset", ResetPage(), frame: Frames.outside),
            Sample(
                "reset-wrong", ResetPage(form: FormState(problems: ["password": "Das Passwort ist zu kurz."])),
                frame: Frames.outside),
            Sample("first-owner", FirstOwnerPage(), frame: Frames.outside),
            Sample(
                "first-owner-wrong",
                FirstOwnerPage(
                    form: FormState(
                        values: ["name": ["Ada"], "email": ["ada"]],
                        problems: [
                            "token": "Das Token ist unbekannt.", "email": "Eine E-Mail-Adresse enthält ein @.",
                            "password": "Das Passwort ist zu kurz.",
                        ])), frame: Frames.outside),
            Sample(
                "second-factor",
                SecondFactorPage(
                    qrCodeSVG: Values.picture, secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", isRequired: true),
                frame: Frames.outside),
            Sample(
                "second-factor-wrong",
                SecondFactorPage(
                    qrCodeSVG: Values.picture, secret: "JBSWY3DPEHPK3PXP", isRequired: false,
                    form: FormState(problems: ["code": "Der Code stimmt nicht."])), frame: Frames.outside),
        ]
        + ErrorPage.Kind.allCases.map { kind in
            Sample(
                "error-" + kind.rawValue,
                ErrorPage(
                    kind: kind, isSignedIn: kind == .forbidden || kind == .failed, code: "temporarily_unavailable",
                    requestID: "01990c3e-7a4b-7d21"),
                frame: kind == .forbidden || kind == .failed ? Frames.signedIn : Frames.outside)
        }
}
