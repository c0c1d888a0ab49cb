import PluginKit
import Postgres

/// One table of a tenant's export: how a page of it is read, and how what is sealed in a row is opened.
struct ExportTable: Sendable {
    enum Place: Sendable, Hashable { case control, region }

    var name: String
    var place: Place
    /// Columns that are not told as they stand: sealed (and opened by `opened`), keys, hashes and blind indexes.
    var omitted: [String] = []
    /// Which rows are told, as SQL on `t`: what is in quarantine, and who is known by it alone, are told to nobody.
    var shown = "true"
    /// A page in the order of the key after the tenant. `$1` is the tenant, `$2` how many, `$3` the key of the last row read, as text, or
    /// NULL. Each row has `row`, the columns that may be told as JSON text, and `place`, its key as text.
    var sql: String
    /// What is sealed, opened: members to be added to the row.
    var opened: @Sendable (PostgresRow, TenantKeys) throws -> [(String, JSON)] = { _, _ in [] }

    func page(_ tenant: TenantID, after: [String]?, limit: Int) -> PostgresQuery {
        PostgresQuery("export.\(name)", sql, [tenant, limit, after])
    }

    func count(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "export.count", "SELECT count(*) AS rows FROM \(name) t WHERE t.tenant_id = $1 AND (\(shown))", [tenant])
    }

    /// Tables of which nothing is exported, each with the reason. A test reads the catalogue: one that is neither here nor exported fails.
    static let left: [String: String] = [
        "tenant_standing": "the gate's copy of the tenant's state and agreement, which are exported",
        "tenant_keys": "wrapped keys; they would open nothing elsewhere",
        "consent_chains": "how many consent events there are, which are exported, and the hash of the last",
        "idempotency_keys": "keyed hashes of requests and answers to their repetition, kept for two days",
        "queue_lanes": "what waits to be sent; each message is exported with its state",
        "queue_jobs": "the same", "dead_letter_counts": "counts",
        "ingress_routes": "secrets that check webhooks; the channel's route is exported with it",
        "quarantined_messages": "what people wrote before they agreed, which nobody may read",
        "destroyed_messages": "blind indexes of what was destroyed in quarantine",
        "quarantine_drops": "counts of what was not kept",
        "dialogues": "how far the asking has come with people; what they agreed to is exported as consents",
        "channel_routes": "routing; each channel is exported with its address",
        "channel_health": "what the messenger last said of a channel, which it says anew when asked",
        "consent_imports": "files that were brought in; each consent of theirs is exported itself",
        "consent_import_parts": "the same", "consent_import_faults": "the same",
        "webhook_events": "what is still to be told; each message and consent is exported itself",
        "tenant_moves": "evidence of the provider: where the tenant lived before, and when it moved",
        "tenant_erasures": "evidence of the provider, made when nothing is left to export",
        "agreement_files": "documents of the contract, which both parties have",
        "agreement_links": "links to sign by; they hold nothing",
        "agreement_notices": "changes that the controller was told of; it has the notices",
        "agreement_instructions": "the provider's record of what the controller itself said",
        "discarded_events": "counts of what was not taken",
        "consent_source_routes": "routing; each set-up is exported with its id",
        "entry_codes":
            "what somebody agreed to whom nobody knows yet; kept for hours, and a consent once the code is used",
    ]

    /// In the order in which they are exported.
    static let all: [ExportTable] = control + region
}
