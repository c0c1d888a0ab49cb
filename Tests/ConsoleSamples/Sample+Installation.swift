import Console

extension Sample {
    static let installation: [Sample] = [
        Sample(
            "regions",
            RegionsPage(
                regions: [
                    .init(facts: Values.own, health: .healthy, tenants: 412),
                    .init(facts: Values.foreign, health: .degraded, tenants: 1),
                ],
                plugins: [
                    .init(
                        name: "whatsapp-cloud", id: "eu.obhut.whatsapp-cloud", version: "1.0.0",
                        summary: "WhatsApp through Meta's Cloud API.", capabilities: ["text", "media-by-id", "health"],
                        dataFlows: [
                            .init(
                                recipient: "Meta Platforms Ireland Ltd.", countries: ["IE", "US"],
                                dataCategories: ["recipient's address", "message content"],
                                purpose: "Delivering messages", legalBasis: "Art. 6(1)(a) GDPR",
                                transferMechanism: "EU-US Data Privacy Framework (2023/1795)",
                                retention: "30 days"),
                            .init(
                                recipient: "Prüfstelle", countries: [], dataCategories: [], purpose: "Prüfung",
                                legalBasis: "Art. 6(1)(c) GDPR", transferMechanism: nil, retention: "None"),
                        ]),
                    .init(
                        name: "self-hosted", id: "eu.obhut.self-hosted", version: "1.0.0",
                        summary: "Databases and folders of your own.", capabilities: [], dataFlows: []),
                ])),
        Sample("regions-none", RegionsPage(regions: [], plugins: [])),
    ]
}
