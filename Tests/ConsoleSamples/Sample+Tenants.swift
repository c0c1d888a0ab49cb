import Console

extension Sample {
    private static func row(_ index: Int, _ name: String, _ stage: TenantStage) -> TenantsPage.Row {
        .init(
            id: "t-\(index)", name: name, stage: stage, region: index % 2 == 0 ? "eu-central" : "eu-north",
            agreement: index % 4 == 3 ? nil : AgreementStage.allCases[index % AgreementStage.allCases.count],
            channels: index % 3, health: index % 3 == 0 ? nil : HealthLevel.allCases[index % 3],
            deadLetters: index == 1 ? 12_408 : 0, createdAt: Values.time(Double(-24 * 40 * index)))
    }

    private static let rows = [
        row(0, "Nordlicht Apotheken AG", .active), row(1, "Bäckerei Überacker", .onboarding),
        row(2, "Stadtwerke Wittenberge", .suspended), row(3, "Atelier Zürn", .draft),
        row(4, "Kaffeerösterei am Deich", .active), row(5, "Ziegler & Söhne Verwaltungsgesellschaft", .terminated),
        row(6, "Praxis Dr. Öztürk", .active), row(7, "Möbelhaus Hansen", .active), row(8, "Alte Mühle", .erased),
    ]

    private static func tenant(
        _ stage: TenantStage, isEmpty: Bool = false, isReady: Bool = false, mayManage: Bool = true,
        move: TenantPage.RegionMove? = nil
    ) -> TenantPage {
        TenantPage(
            id: Values.tenant, name: "Nordlicht Apotheken AG", stage: stage, createdAt: Values.time(-900),
            moves: mayManage ? TenantPage.Move.allCases.filter { isEmpty ? $0 == .onboard : $0 != .onboard } : [],
            checks: TenantPage.Requirement.allCases.map { requirement in
                .init(
                    requirement: requirement, isDone: isReady || !isEmpty && requirement != .channel,
                    detail: requirement == .channel && !isReady
                        ? "+49 30 901820: Meta hat den Namen noch nicht bestätigt." : nil)
            }, pending: isEmpty ? [] : [Values.pending], region: isEmpty ? Values.own : Values.foreign,
            details: isEmpty
                ? []
                : Detail.allCases.map { .init(field: $0, value: $0 == .breachPhone ? "" : "Angabe zu \($0.rawValue)") },
            agreements: isEmpty
                ? []
                : [
                    .init(
                        id: "a1", reference: "AVV-2026-0042", version: "3", stage: .inForce, since: Values.time(-300)),
                    .init(
                        id: "a0", reference: "AVV-2025-0007", version: "2", stage: .superseded,
                        since: Values.time(-300)),
                ],
            texts: isReady
                ? [
                    .init(value: "kliniken/3", name: "kliniken", version: 3, isOwn: false),
                    .init(value: "nordlicht/1", name: "nordlicht", version: 1, isOwn: true),
                ] : [],
            channels: isEmpty
                ? []
                : [
                    .init(id: "c1", name: "+49 30 901820", plugin: "whatsapp-cloud", stage: .active),
                    .init(id: "c2", name: "+49 30 901821", plugin: "whatsapp-cloud", stage: .stopped),
                    .init(id: "c3", name: "+49 30 901822", plugin: "whatsapp-cloud", stage: .disconnected),
                ],
            keys: isEmpty
                ? []
                : [
                    .init(
                        id: "k1", label: "Shop", prefix: "obh_4Tq9", scopes: ["messages:write", "messages:read"],
                        stage: .active, expiresAt: Values.time(4000), lastUsedAt: Values.time(-1)),
                    .init(
                        id: "k2", label: "Alt", prefix: "obh_x81P", scopes: [], stage: .expired, expiresAt: nil,
                        lastUsedAt: nil),
                ], deadLetters: isEmpty ? 0 : isReady ? 1 : 3, mayManage: mayManage,
            regionMove: move, destinations: isEmpty ? [] : [Values.own], mayMove: mayManage && !isEmpty)
    }

    static let tenants: [Sample] =
        [
            Sample("tenants", TenantsPage(rows: rows, mayCreate: true, next: "abc"), frame: Frames.withFlashes),
            Sample(
                "tenants-filtered",
                TenantsPage(
                    rows: [rows[0]], search: "nord", stage: .active, sort: "created", mayCreate: false, after: "abc"),
                frame: Frames.auditor),
            Sample("tenants-none", TenantsPage(rows: [], mayCreate: true)),
            Sample("tenants-none-match", TenantsPage(rows: [], search: "xyz", mayCreate: true)),
            Sample("tenant", tenant(.active)), Sample("tenant-onboarding", tenant(.onboarding)),
            Sample("tenant-ready", tenant(.onboarding, isReady: true)),
            Sample("tenant-new", tenant(.draft, isEmpty: true)),
            Sample("tenant-read-only", tenant(.suspended, mayManage: false), frame: Frames.auditor),
        ]
        + TenantPage.RegionMove.Stage.allCases.map { stage in
            Sample(
                "tenant-move-\(stage.rawValue)",
                tenant(.active, move: .init(stage: stage, from: "eu-central", to: "eu-north", since: Values.time(-2))))
        } + [
            Sample(
                "tenant-move-ending",
                tenant(
                    .active,
                    move: .init(
                        stage: .copying, from: "eu-central-1", to: "eu-central-2", since: Values.time(-2),
                        isEnding: true))),
            Sample("new-tenant", NewTenantPage(regions: [Values.own, Values.foreign])),
            Sample(
                "new-tenant-wrong",
                NewTenantPage(
                    regions: [Values.own, Values.foreign],
                    form: FormState(
                        values: ["name": [""], "region": ["eu-central"]],
                        problems: ["name": "Ein Name fehlt.", "region": "Diese Region ist voll."]))),
            Sample("new-tenant-no-region", NewTenantPage(regions: [])),
            Sample(
                "tenant-details",
                TenantDetailsPage(
                    tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", countries: ["DE", "AT", "SE"],
                    languages: ["de", "en", "tr"], specialKinds: Values.specialKinds,
                    form: FormState(values: [
                        "legal_name": ["Nordlicht Apotheken AG"], "country": ["SE"], "special_categories": ["yes"],
                        "languages": ["de", "tr"], "purposes": ["Bestellungen\nErinnerungen"],
                    ]))),
            Sample(
                "tenant-details-wrong",
                TenantDetailsPage(
                    tenantID: Values.tenant, tenantName: "Nordlicht Apotheken AG", countries: ["DE"], languages: ["de"],
                    specialKinds: [],
                    form: FormState(
                        problems: Dictionary(
                            uniqueKeysWithValues: Detail.allCases.map { ($0.rawValue, "Diese Angabe fehlt.") })))),
        ]
}
