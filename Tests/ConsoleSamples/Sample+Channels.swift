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

    private static func channel(_ stage: ChannelStage) -> ChannelPage {
        ChannelPage(
            tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", id: "c1", name: "+49 30 901820",
            plugin: "whatsapp-cloud", stage: stage,
            stoppedBecause: stage == .stopped ? "Meta hat das Zugriffstoken abgelehnt (190)." : nil,
            address: "106540352242922", ingressURL: "https://connect.example.eu/ingress/whatsapp-cloud/Zk3v9",
            createdAt: Values.time(-700), actions: stage == .disconnected ? [] : ChannelPage.Action.allCases)
    }

    static let channels: [Sample] = [
        Sample("connect", connect(nil)), Sample("connect-none", connect(nil, plugins: false)),
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
                    "messages:read", "messages:write", "contacts:read", "consents:read", "consents:write", "audit:read",
                    "consent_terms:read", "consent_terms:write",
                    "export:read",
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
