extension AgreementMeasure {
    /// The measures that the platform can take. Whoever makes an agreement picks those that are switched on: what an annex
    /// promises must hold.
    public static let catalogue: [AgreementMeasure] = [
        AgreementMeasure(
            id: "encryption-per-tenant", goal: .confidentiality,
            title: BilingualText(german: "Verschlüsselung je Mandant", english: "Encryption per tenant"),
            text: BilingualText(
                german:
                    "Namen, Adressen, Inhalte und Medien werden vor dem Speichern mit AES-256-GCM verschlüsselt, unter Schlüsseln, die nur diesem Mandanten gehören und ihrerseits verschlüsselt sind.",
                english:
                    "Names, addresses, content and media are encrypted with AES-256-GCM before they are stored, under keys that belong to this tenant alone and are themselves encrypted."
            )),
        AgreementMeasure(
            id: "row-level-security", goal: .confidentiality,
            title: BilingualText(german: "Erzwungene Trennung der Mandanten", english: "Forced separation of tenants"),
            text: BilingualText(
                german:
                    "Die Datenbank selbst gibt Zeilen nur an den Mandanten heraus, dem sie gehören (erzwungene Row-Level-Security); keine Rolle des Servers kann dies umgehen.",
                english:
                    "The database itself releases rows only to the tenant to whom they belong (forced row-level security); no role of the server can get round it."
            )),
        AgreementMeasure(
            id: "transport-encryption", goal: .confidentiality,
            title: BilingualText(german: "Verschlüsselte Übertragung", english: "Encrypted transport"),
            text: BilingualText(
                german:
                    "Verbindungen zu Messengern, zu Systemen des Verantwortlichen und zu Datenbanken sind mit TLS verschlüsselt; Zertifikate werden geprüft.",
                english:
                    "Connections to messengers, to the controller's systems and to databases are encrypted with TLS; certificates are verified."
            )),
        AgreementMeasure(
            id: "pseudonymous-lookup", goal: .confidentiality,
            title: BilingualText(german: "Suche ohne Klartext", english: "Look-up without plain text"),
            text: BilingualText(
                german:
                    "Personen werden über mandanteneigene Prüfwerte (HMAC-SHA-256) ihrer Adressen gefunden, nicht über die Adressen selbst.",
                english:
                    "People are found by tenant-specific digests (HMAC-SHA-256) of their addresses, not by the addresses themselves."
            )),
        AgreementMeasure(
            id: "access-by-key-and-scope", goal: .confidentiality,
            title: BilingualText(german: "Zugang nach Schlüssel und Umfang", english: "Access by key and scope"),
            text: BilingualText(
                german:
                    "Zugang haben nur Schlüssel mit begrenztem Umfang und Ablauf; gespeichert sind nur ihre Hashwerte. Protokolle und Messwerte enthalten keine personenbezogenen Daten.",
                english:
                    "Only keys of limited scope and duration give access; only their hashes are stored. Logs and metrics hold no personal data."
            )),
        AgreementMeasure(
            id: "four-eyes", goal: .integrity,
            title: BilingualText(german: "Vier-Augen-Prinzip", english: "Four eyes"),
            text: BilingualText(
                german:
                    "Folgenreiche Eingriffe werden von einer Person beantragt und von einer anderen freigegeben; beides wird festgehalten.",
                english:
                    "Interventions of consequence are requested by one person and approved by another; both are recorded."
            )),
        AgreementMeasure(
            id: "signed-webhooks", goal: .integrity,
            title: BilingualText(german: "Geprüfte Herkunft", english: "Verified origin"),
            text: BilingualText(
                german:
                    "Was von Messengern eintrifft, wird nur mit gültiger Signatur angenommen und nur einmal verarbeitet.",
                english: "What arrives from messengers is taken only with a valid signature, and processed once.")),
        AgreementMeasure(
            id: "durable-acceptance", goal: .availability,
            title: BilingualText(german: "Kein Verlust bei Ausfall", english: "No loss on failure"),
            text: BilingualText(
                german:
                    "Eine Nachricht gilt erst als angenommen, wenn sie dauerhaft gespeichert ist; ein Absturz verliert nichts und die Zustellung wird fortgesetzt.",
                english:
                    "A message counts as accepted only once it is stored durably; a crash loses nothing, and delivery goes on."
            )),
        AgreementMeasure(
            id: "backups", goal: .availability,
            title: BilingualText(german: "Verschlüsselte Datensicherung", english: "Encrypted backups"),
            text: BilingualText(
                german:
                    "Die Daten werden regelmäßig innerhalb derselben Rechtsordnung gesichert; die Wiederherstellung wird regelmäßig erprobt.",
                english: "The data are backed up regularly within the same jurisdiction; restoring is tested regularly."
            )),
        AgreementMeasure(
            id: "consent-gate", goal: .dataSubjects,
            title: BilingualText(german: "Versand nur mit Einwilligung", english: "Sending only with consent"),
            text: BilingualText(
                german:
                    "Vor jedem Versand wird geprüft, ob eine gültige Einwilligung für Zweck und Kanal vorliegt; ein Widerruf wirkt sofort und auch auf wartende Nachrichten.",
                english:
                    "Before each sending, valid consent for purpose and channel is checked; a withdrawal takes effect at once, also on messages that wait."
            )),
        AgreementMeasure(
            id: "erasure-by-key-destruction", goal: .dataSubjects,
            title: BilingualText(german: "Löschung durch Schlüsselvernichtung", english: "Erasure by destroying keys"),
            text: BilingualText(
                german:
                    "Beim Löschen einer Person wird der Schlüssel vernichtet, unter dem ihre Daten stehen; damit sind auch Kopien in Datensicherungen unlesbar.",
                english:
                    "Erasing a person destroys the key under which that person's data stand; copies in backups become unreadable with it."
            )),
        AgreementMeasure(
            id: "audit-trail", goal: .review,
            title: BilingualText(german: "Prüfprotokoll", english: "Audit trail"),
            text: BilingualText(
                german:
                    "Entscheidungen über Zugang, Versand und Löschung werden mit Zeit, Anlass und Urheber festgehalten; nachträgliche Änderungen sind erkennbar.",
                english:
                    "Decisions on access, sending and erasure are recorded with time, reason and author; later alterations can be detected."
            )),
    ]
}
