import Console

extension Sample {
    private static let fields: [SchemaField] = [
        .init(
            name: "configuration.phone_number_id", key: "phone_number_id", kind: .text, isRequired: true,
            isSecret: false, help: "The number's id, from WhatsApp Manager."),
        .init(
            name: "configuration.access_token", key: "access_token", kind: .text, isRequired: true, isSecret: true,
            help: "A system user's token."),
        .init(
            name: "configuration.rate", key: "rate", kind: .integer, isRequired: false, isSecret: false,
            help: "Messages a second."),
        .init(
            name: "configuration.base_url", key: "base_url", kind: .url, isRequired: false, isSecret: false,
            help: "Where the Graph API is."),
        .init(
            name: "configuration.read_receipts", key: "read_receipts", kind: .boolean, isRequired: true,
            isSecret: false, help: "Tell people that their message was read."),
        .init(
            name: "configuration.version", key: "version", kind: .choice, isRequired: false, isSecret: false,
            help: "The API's version.", choices: ["v22.0", "v23.0"]),
        .init(
            name: "ingress.fields", key: "fields", kind: .list, isRequired: true, isSecret: false,
            help: "What to subscribe to."),
    ]

    private static func connect(
        _ plugin: String?, plugins: Bool = true, form: FormState = FormState()
    ) -> ConnectChannelPage {
        ConnectChannelPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG",
            plugins: plugins ? [.init(name: "whatsapp-cloud", summary: "WhatsApp through Meta's Cloud API.")] : [],
            plugin: plugin, fields: plugin == nil ? [] : fields, form: form)
    }

    private static func channel(_ stage: ChannelStage, form: FormState = FormState()) -> ChannelPage {
        ChannelPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "c1", name: "+49 30 901820",
            plugin: "whatsapp-cloud", stage: stage,
            stoppedBecause: stage == .stopped ? "Meta hat das Zugriffstoken abgelehnt (190)." : nil,
            address: "106540352242922", ingressURL: "https://connect.example.eu/ingress/whatsapp-cloud/Zk3v9",
            createdAt: Values.time(-700),
            secrets: stage == .disconnected
                ? [:] : ["configuration.access_token": Values.time(-700), "ingress.app_secret": Values.time(-90)],
            actions: ChannelPage.Action.allCases.filter {
                stage != .disconnected && $0 != (stage == .active ? .start : .stop)
            },
            pending: stage == .stopped
                ? [
                    PendingApproval(
                        id: "ap-9", action: "move_channel", asked: Act(by: "Mirela Popescu", at: Values.time(-3)))
                ] : [], form: form)
    }

    private static func configuration(
        isShared: Bool = false, problems: [String: String] = [:]
    ) -> ChannelConfigurationPage {
        ChannelConfigurationPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "c1", name: "+49 30 901820",
            configuration: Array(fields.dropFirst().dropLast())
                + [
                    .init(
                        name: "configuration.pin", key: "pin", kind: .text, isRequired: false, isSecret: true,
                        help: "The number's two-step verification PIN.")
                ],
            ingress: isShared
                ? []
                : [
                    .init(
                        name: "ingress.app_secret", key: "app_secret", kind: .text, isRequired: true, isSecret: true,
                        help: "App secret of the Meta app whose webhooks come here.")
                ] + [fields[6]],
            changedAt: ["configuration.access_token": Values.time(-700), "ingress.app_secret": Values.time(-90)],
            revision: 3,
            form: FormState(
                values: [
                    "configuration.base_url": ["https://graph.facebook.com"], "configuration.rate": ["80"],
                    "configuration.read_receipts": ["true"], "configuration.version": ["v23.0"],
                    "ingress.fields": ["messages"], "overlap": ["60"],
                ], problems: problems))
    }

    private static func key(
        _ stage: CredentialStage, replacedBy: String? = nil, isBare: Bool = false, mayManage: Bool = true,
        form: FormState = FormState()
    ) -> KeyPage {
        KeyPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "k1", label: "Shop", prefix: "obh_4Tq9",
            scopes: isBare ? [] : ["messages:write", "messages:read"], stage: stage,
            addresses: isBare ? [] : ["203.0.113.0/24", "2001:db8::/32"], createdAt: Values.time(-900),
            expiresAt: isBare || replacedBy == nil && mayManage && form == FormState() ? nil : Values.time(40),
            lastUsedAt: isBare ? nil : Values.time(-1), replaces: isBare ? nil : "k0", replacedBy: replacedBy,
            mayManage: mayManage, form: form)
    }

    private static let targets: [MoveChannelPage.Target] = [
        .init(id: "t-1", name: "Bäckerei Überacker", region: "eu-north"),
        .init(id: "t-2", name: "Ziegler & Söhne Verwaltungsgesellschaft", region: "eu-central"),
    ]

    private static func move(
        _ targets: [MoveChannelPage.Target], hasMore: Bool = false, search: String = "", form: FormState = FormState()
    ) -> MoveChannelPage {
        MoveChannelPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "c1", name: "+49 30 901820",
            targets: targets, hasMore: hasMore, search: search, form: form)
    }

    static let channels: [Sample] = [
        Sample("connect", connect(nil)), Sample("connect-none", connect(nil, plugins: false)),
        Sample("channel-configuration", configuration()),
        Sample("channel-configuration-shared", configuration(isShared: true)),
        Sample(
            "channel-configuration-wrong",
            configuration(
                problems: [
                    "configuration.access_token": "Das Zugriffstoken ist ungültig oder abgelaufen.",
                    "configuration.base_url": "Das kann nicht weggenommen werden.",
                    "overlap": "Geben Sie eine ganze Zahl von 0 bis 10080 an.",
                ])),
        Sample("channel-move", move(targets)), Sample("channel-move-none", move([])),
        Sample("channel-move-many", move(targets, hasMore: true, search: "Apotheke")),
        Sample(
            "channel-move-wrong",
            move(targets, form: FormState(values: ["to": ["t-2"]], problems: ["reason": "Diese Angabe fehlt."]))),
        Sample("connect-form", connect("whatsapp-cloud")),
        Sample(
            "connect-wrong",
            connect(
                "whatsapp-cloud",
                form: FormState(
                    values: ["configuration.phone_number_id": ["abc"], "configuration.access_token": ["secret"]],
                    problems: [
                        "configuration.phone_number_id": "Meta kennt diese Nummer nicht.",
                        "configuration.access_token": "Meta hat das Token abgelehnt.",
                    ], general: "Meta hat die Verbindung abgelehnt."))),
        Sample("channel", channel(.active)), Sample("channel-stopped", channel(.stopped)),
        Sample("channel-disconnected", channel(.disconnected)),
        Sample("channel-wrong", channel(.active, form: FormState(problems: ["stop.reason": "Diese Angabe fehlt."]))),
        Sample(
            "channel-health",
            ChannelHealthPage(
                tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG",
                findings: HealthLevel.allCases.map {
                    .init(channel: "+49 30 901820", name: "quality", level: $0, detail: "Quality rating: GREEN")
                }, askedAt: Values.time(0))),
        Sample(
            "channel-health-none",
            ChannelHealthPage(
                tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", findings: [], askedAt: Values.time(0))),
        Sample(
            "issue-key",
            IssueKeyPage(
                tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG",
                scopes: [
                    "messages:read", "messages:write", "contacts:read", "consents:read", "consents:write",
                    "consent_evidence:read", "audit:read",
                    "consent_terms:read", "consent_terms:write", "webhooks:write", "export:read",
                ])),
        Sample(
            "issue-key-wrong",
            IssueKeyPage(
                tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", scopes: ["messages:read"],
                form: FormState(
                    values: ["addresses": ["10.0.0.0/99"]],
                    problems: [
                        "label": "Eine Bezeichnung fehlt.", "scopes": "Wählen Sie mindestens eines.",
                        "expires": "Der Tag liegt in der Vergangenheit.", "addresses": "10.0.0.0/99 ist kein Netz.",
                    ]))),
        Sample("key", key(.active)), Sample("key-replaced", key(.active, replacedBy: "k9")),
        Sample("key-over", key(.expired, replacedBy: "k9", isBare: true)),
        Sample("key-read-only", key(.active, mayManage: false), frame: Frames.auditor),
        Sample(
            "key-wrong",
            key(
                .active,
                form: FormState(
                    values: ["overlap": ["viele"]],
                    problems: [
                        "overlap": "Geben Sie eine ganze Zahl von 0 bis 720 an.",
                        "expires": "Geben Sie einen Tag an, der noch kommt.",
                    ]))),
        Sample(
            "key-rotated",
            SecretShownPage(
                kind: .rotatedKey, label: "Shop", secret: "obh_9Lm2zW1kXv7RrM3nB8sLdYpE5uC2aHjQ0fGtKiO6",
                tenantID: Values.tenant)),
        Sample(
            "key-shown",
            SecretShownPage(
                kind: .apiKey, label: "Shop", secret: "obh_4Tq9zW1kXv7RrM3nB8sLdYpE5uC2aHjQ0fGtKiO6",
                tenantID: Values.tenant)),
        Sample(
            "member-token",
            SecretShownPage(kind: .memberToken, label: "Mirela Popescu", secret: "FmuFQmveoJvSVUVbncfTEAKSQp2sWLTRjCRX")
        ),
        Sample(
            "notice-link",
            SecretShownPage(
                kind: .noticeLink, label: "Mitteilung", secret: "https://connect.example.eu/notices/eyJhbGciOiJ",
                tenantID: Values.tenant)),
        Sample(
            "token-shown",
            SecretShownPage(
                kind: .staffToken, label: "Terraform", secret: "obs_7Fk2mQ9xW4tZr8Lc1VbN6yHs3JdPa5GeUoKi0TzX")),
    ]
}
