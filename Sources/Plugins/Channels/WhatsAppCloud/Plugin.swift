public import PluginKit

/// WhatsApp through Meta's Cloud API.
public struct WhatsAppCloud: ChannelPlugin {
    public init() {}

    public var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.whatsapp-cloud", name: "whatsapp-cloud", version: "1.0.0",
            summary: "WhatsApp through Meta's Cloud API.",
            capabilities: ["text", "media-by-id", "statuses", "account-events", "business-scoped-user-ids", "health"],
            dataFlows: [
                DataFlow(
                    id: "message-delivery", recipient: "WhatsApp Ireland Ltd. (Meta), as processor of the Cloud API",
                    countries: ["IE", "US"],
                    dataCategories: [
                        "recipient's phone number or business-scoped user id", "message content",
                        "message ids and times",
                    ],
                    purpose: "Delivery of messages to and from the person",
                    legalBasis: "Art. 6(1)(a) GDPR; Art. 9(2)(a) for health data",
                    transferMechanism:
                        "Adequacy decision (EU) 2023/1795 (EU-US Data Privacy Framework); standard contractual clauses (EU) 2021/914",
                    retention:
                        "Content at rest in the number's data-localisation region; in use elsewhere for at most 60 minutes",
                    translations: [
                        "de": DataFlow.Wording(
                            recipient: "WhatsApp Ireland Ltd. (Meta), als Auftragsverarbeiter der Cloud API",
                            dataCategories: [
                                "Telefonnummer oder unternehmensbezogene Kennung des Empfängers",
                                "Inhalt der Nachrichten", "Kennungen und Zeiten der Nachrichten",
                            ],
                            purpose: "Zustellung von Nachrichten an die Person und von ihr",
                            legalBasis:
                                "Art. 6 Abs. 1 Buchst. a DSGVO; bei Gesundheitsdaten Art. 9 Abs. 2 Buchst. a DSGVO",
                            transferMechanism:
                                "Angemessenheitsbeschluss (EU) 2023/1795 (EU-US-Datenschutzrahmen); Standardvertragsklauseln (EU) 2021/914",
                            retention:
                                "Ruhende Inhalte in der für die Nummer gewählten Region; in Verwendung anderswo für höchstens 60 Minuten"
                        )
                    ]
                )
            ])
    }

    public func handshake(query: [String: String], ingress: PluginConfiguration) -> IngressReply {
        Handshake.answer(query, verifyToken: ingress.text("verify_token") ?? "")
    }

    public func verify(headers: IngressHeaders, body: [UInt8], ingress: PluginConfiguration) throws(IngressRefusal) {
        try Signature.check(headers["X-Hub-Signature-256"], body: body, appSecret: ingress.text("app_secret") ?? "")
    }

    public func parse(body: [UInt8]) throws(IngressRefusal) -> [ChannelEvent] {
        try Envelope.events(body)
    }

    public func deliver(_ message: OutboundMessage, through connection: ChannelConnection) async -> DeliveryOutcome {
        await Sender(connection: connection).deliver(message)
    }

    public func normalise(_ kind: Identity.Kind, _ address: String) -> Identity? {
        Person.normalise(kind, address)
    }

    public func chatLink(to address: String, text: String) -> String? {
        ChatLink.url(to: address, text: text)
    }

    public func examine(_ connection: ChannelConnection, for ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport
    {
        await NumberExamination(connection, ingress, jurisdiction).report()
    }

    public func connect(_ connection: ChannelConnection, to ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport
    {
        await NumberConnection(connection).connect(to: ingress, in: jurisdiction)
    }

    public func disconnect(_ connection: ChannelConnection) async -> ConnectionReport {
        await NumberConnection(connection).disconnect()
    }

    public func health(of connection: ChannelConnection) async -> HealthReport {
        await NumberHealth(connection: connection).report()
    }
}
