import Console

extension Sample {
    private static let actions = [
        "end_agreement", "change_region", "terminate_tenant", "erase_tenant", "move_channel", "something.unknown",
    ]

    private static let approvals = ApprovalsPage(
        rows: actions.enumerated().map { index, action in
            .init(
                id: "ap-\(index)", action: action, subject: "Nordlicht Apotheken AG",
                subjectPath: index == 0 ? "/console/tenants/t-0" : nil,
                move: action == "move_channel"
                    ? .init(
                        number: "+49 30 901820", plugin: "whatsapp-cloud",
                        from: .init(id: "t-0", tenant: "Nordlicht Apotheken AG", region: "eu-central"),
                        to: .init(id: "t-1", tenant: "Bäckerei Überacker", region: "eu-north")) : nil,
                reason: "Der Vertrag endet zum Monatsende, und es ist nichts mehr zu senden.",
                asked: Act(by: "Mirela Popescu", at: Values.time(-3)), expiresAt: Values.time(69), isOwn: index == 1)
        }, mayDecide: true)

    private static let entries = (0..<9).map { index in
        AuditPage.Row(
            chain: index % 2 == 0 ? "control" : "tenant", number: 10_482 - index, at: Values.time(Double(-index)),
            action: ["agreement.accepted", "tenant.suspended", "key.issued"][index % 3], principal: "Ada Lindqvist",
            subject: "Nordlicht Apotheken AG")
    }

    private static let roles: [StaffMemberPage.Role] = [
        .init(id: "owner", permissions: ["everything"]), .init(id: "operations", permissions: ["regions", "tenants"]),
        .init(id: "support", permissions: ["tenants"]), .init(id: "onboarding", permissions: ["tenants"]),
        .init(id: "auditor", permissions: ["audit"]),
    ]

    private static func member(_ index: Int) -> StaffPage.Row {
        StaffPage.Row(
            id: "m\(index)", name: "Ada Lindqvist", email: "ada.lindqvist@muster.example", roles: [roles[index % 5].id],
            hasSecondFactor: index % 2 == 0, isActive: index != 3,
            lastSeenAt: index == 4 ? nil : Values.time(Double(-index * 30)))
    }

    private static func account(_ form: FormState = FormState(), isBare: Bool = false) -> AccountPage {
        AccountPage(
            name: "Ada Lindqvist", email: "ada@muster.example", roles: ["owner"],
            minimumPasswordLength: isBare ? nil : 12,
            hasSecondFactor: !isBare, mayRemoveSecondFactor: true, mayEnrol: true, tokens: isBare ? [] : Values.tokens,
            sessions: [
                .init(
                    id: "s1", browser: "Firefox, Linux", startedAt: Values.time(-5), lastSeenAt: Values.time(0),
                    isThisOne: true),
                .init(
                    id: "s2", browser: "Safari, iPhone", startedAt: Values.time(-50), lastSeenAt: Values.time(-20),
                    isThisOne: false),
            ], form: form)
    }

    static let staff = trail + members + accounts

    private static let trail: [Sample] = [
        Sample("approvals", approvals), Sample("approvals-none", ApprovalsPage(rows: [], mayDecide: true)),
        Sample(
            "audit",
            AuditPage(
                chains: ["control", "tenant"], names: ["tenant": "Nordlicht Apotheken AG"], rows: entries,
                integrity: .init(isIntact: true, checkedAt: Values.time(0)),
                next: "abc")),
        Sample(
            "audit-broken",
            AuditPage(
                chains: ["control"], rows: entries,
                filter: FormState(
                    values: ["chain": ["control"], "from": ["2026-11-99"]], problems: ["from": "Kein Tag."]),
                integrity: .init(isIntact: false, checkedAt: Values.time(0), brokenAt: 9_117), after: "abc")),
        Sample("audit-none", AuditPage(chains: [], rows: [], filter: FormState(["action": "xyz"]))),
        Sample(
            "audit-entry",
            AuditEntryPage(
                chain: "control", number: 10_482, at: Values.time(0), action: "tenant.suspended",
                principal: "Ada Lindqvist", subject: "Nordlicht Apotheken AG", reason: "Beschwerde geprüft",
                requestID: "01990c3e-7a4b", hash: Values.hash, previousHash: String(Values.hash.reversed()),
                changes: Values.differences)),
        Sample(
            "audit-entry-bare",
            AuditEntryPage(
                chain: "control", number: 1, at: Values.time(0), action: "audit.read", principal: "system",
                subject: "control", hash: Values.hash, previousHash: "0", changes: [])),
    ]

    private static let members: [Sample] = [
        Sample(
            "staff",
            StaffPage(rows: (0..<9).map(member), mayManage: true)),
        Sample("staff-none", StaffPage(rows: [], mayManage: false)),
        Sample(
            "staff-new",
            StaffMemberPage(
                id: nil, name: "", isActive: true, roles: roles, tokens: [], pending: [], mayManage: true,
                form: FormState(
                    values: ["email": ["ada"], "role": ["support"]],
                    problems: ["name": "Ein Name fehlt.", "email": "Eine E-Mail-Adresse enthält ein @."]))),
        Sample(
            "staff-member",
            StaffMemberPage(
                id: "m1", name: "Mirela Popescu", isActive: true, roles: roles, tokens: Values.tokens,
                pending: [
                    PendingApproval(
                        id: "ap-4", action: "move_channel", asked: Act(by: "Mirela Popescu", at: Values.time(-3)))
                ], mayManage: true,
                form: FormState([
                    "name": "Mirela Popescu", "email": "mirela@muster.example", "role": "support",
                ]))),
        Sample(
            "staff-member-inactive",
            StaffMemberPage(
                id: "m2", name: "Pál Kovács", isActive: false, roles: roles, tokens: [], pending: [], mayManage: true,
                form: FormState(["name": "Pál Kovács", "email": "pal@muster.example", "role": "auditor"]))),
    ]

    private static let accounts: [Sample] = [
        Sample("account", account()), Sample("account-bare", account(isBare: true)),
        Sample(
            "account-wrong",
            account(
                FormState(problems: [
                    "current_password": "Das bisherige Passwort stimmt nicht.",
                    "new_password": "Geben Sie mindestens 12 Zeichen an.",
                    "repeated_password": "Die beiden stimmen nicht überein.",
                    "code": "Der Code stimmt nicht oder ist abgelaufen.", "label": "Eine Bezeichnung fehlt.",
                ]))),
    ]
}
