import PluginKit
import Postgres

import struct Foundation.Date

/// What was agreed on a page, from then until a message brings the code that stands for it (double opt-in).
enum EntryCodes {
    /// What a message's code brought.
    struct Redeemed: Sendable {
        /// `confirmed`, each with both evidences: what was done on the page, and under `confirmation` the message.
        var agreed: [ConsentEventDraft]
        var source: ConsentSourceID
        var sourceVersion: Int
        /// The set-up's plugin, as consent events name it.
        var plugin: String
        /// Where the chat was entered, e.g. `widget`.
        var entry: String?
        /// Language tags of the page's reader, the most wanted first.
        var languages: [String]
    }

    /// Keeps what a person agreed to on a page of a set-up.
    /// - Parameter agreed: `granted` drafts, each with its evidence.
    /// - Throws: `.invalid` when there are none, two of one purpose, or others than `granted`.
    static func keep(
        _ agreed: [ConsentEventDraft], from placed: PlacedSource, entry: String?, languages: [String],
        until end: Date, _ keys: TenantKeys, _ tx: PostgresTransaction
    ) async throws -> EntryCode {
        guard !agreed.isEmpty, agreed.allSatisfy({ $0.kind == .granted }),
            Set(agreed.map(\.purpose)).count == agreed.count
        else { throw PlatformError.invalid("purposes", "agree to at least one, and to each once") }
        let kept: JSON = [
            "agreed": .array(agreed.map(\.kept)), "entry": entry.map { .string($0) } ?? .null,
            "languages": .array(languages.prefix(8).map { .string($0) }),
        ]
        var random = SystemRandomNumberGenerator()
        while true {
            let id = EntryCodeID.generate()
            let code = EntryCodeText.generate(using: &random)
            let sealed = try keys.data.seal(kept.encoded(), context(id, keys.tenant))
            let rows = try await tx.query(
                PostgresQuery(
                    "entry-codes.keep",
                    """
                    INSERT INTO entry_codes (tenant_id, entry_code_id, code_index, source_id, source_version, channel_id,
                                             agreed_sealed, expires_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                    ON CONFLICT (tenant_id, code_index) DO NOTHING
                    RETURNING entry_code_id
                    """,
                    [
                        keys.tenant, id, index(code.filter { $0 != "-" }, keys), placed.source.id,
                        placed.setup.version, placed.source.channel, sealed, end,
                    ]))
            // Another's code by chance, once in thousands of years: then a second one.
            if !rows.isEmpty { return EntryCode(code: code, expiresAt: end) }
        }
    }

    /// Finds the first code in what a person wrote and uses it up. As `obhut_worker`, who alone may remove codes.
    /// - Parameters:
    ///   - message: by which the person proved the number; becomes part of the evidence.
    ///   - time: when the person wrote it.
    /// - Returns: nil when nothing in it is a code of this channel that still counts.
    static func redeem(
        in text: String, channel: ChannelID, by message: MessageID, at time: Date, _ keys: TenantKeys,
        _ tx: PostgresTransaction
    ) async throws -> Redeemed? {
        let indexes = indexes(in: text, keys)
        guard !indexes.isEmpty else { return nil }
        let rows = try await tx.query(
            PostgresQuery(
                "entry-codes.redeem",
                """
                DELETE FROM entry_codes
                WHERE tenant_id = $1 AND entry_code_id = (
                    SELECT entry_code_id
                    FROM entry_codes
                    WHERE tenant_id = $1 AND code_index = ANY ($2::bytea[]) AND channel_id = $3 AND expires_at > now()
                    ORDER BY array_position($2::bytea[], code_index)
                    LIMIT 1)
                RETURNING entry_code_id, source_id, source_version, agreed_sealed,
                          (SELECT s.plugin FROM consent_sources s
                           WHERE s.tenant_id = entry_codes.tenant_id AND s.source_id = entry_codes.source_id) AS plugin
                """, [keys.tenant, indexes, channel]))
        guard let row = rows.first else { return nil }
        let id = try row.decode("entry_code_id", as: EntryCodeID.self)
        let opened = try JSON(parsing: keys.data.open(row.decode("agreed_sealed"), context(id, keys.tenant)))
        return Redeemed(
            agreed: (opened["agreed"]?.array ?? []).compactMap { ConsentEventDraft(kept: $0) }.map {
                $0.confirmed(by: message, at: time)
            },
            source: try row.decode("source_id"), sourceVersion: try row.decode("source_version"),
            plugin: try row.decode("plugin"), entry: opened["entry"]?.string,
            languages: (opened["languages"]?.array ?? []).compactMap(\.string))
    }

    /// Blind indexes of what in a text could be a code.
    static func indexes(in text: String, _ keys: TenantKeys) -> [[UInt8]] {
        EntryCodeText.candidates(in: text).map { index($0, keys) }
    }

    /// Which of them are codes that still count, so that a message that brings none costs nothing more.
    static func known(_ tenant: TenantID, _ indexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery(
            "entry-codes.known",
            "SELECT code_index FROM entry_codes WHERE tenant_id = $1 AND code_index = ANY ($2) AND expires_at > now()",
            [tenant, indexes])
    }

    /// Removes codes that ended, whosever they are. As `obhut_worker`, without a tenant.
    static func removeExpired(atMost portion: Int) -> PostgresQuery {
        PostgresQuery(
            "housekeeping.entry-codes",
            """
            DELETE FROM entry_codes
            WHERE ctid = ANY (ARRAY(SELECT ctid FROM entry_codes WHERE expires_at < now() ORDER BY expires_at LIMIT $1))
            """, [portion])
    }

    /// - Parameter canonical: ten characters of the alphabet, without a dash.
    private static func index(_ canonical: String, _ keys: TenantKeys) -> [UInt8] {
        keys.index.index("entry-code", canonical)
    }

    static func context(_ id: EntryCodeID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "entry_codes", column: "agreed_sealed", row: id, tenant: tenant)
    }
}

extension ConsentEventDraft {
    fileprivate var kept: JSON {
        [
            "kind": .string(kind.rawValue), "purpose": .string(purpose), "occurred_at": .string(occurredAt.rfc3339),
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null, "evidence": evidence,
        ]
    }

    /// - Returns: nil for what `kept` did not make.
    fileprivate init?(kept json: JSON) {
        guard let kind = json["kind"]?.string.flatMap(ConsentEventKind.init(rawValue:)),
            let purpose = json["purpose"]?.string,
            let time = json["occurred_at"]?.string.flatMap({ Date(rfc3339: $0) }), let evidence = json["evidence"]
        else { return nil }
        self.init(
            kind: kind, purpose: purpose, occurredAt: time,
            expiresAt: json["expires_at"]?.string.flatMap { Date(rfc3339: $0) }, evidence: evidence)
    }

    /// Of what was granted on a page, what holds once a message proved whose it is: since then, with both as evidence.
    fileprivate func confirmed(by message: MessageID, at time: Date) -> ConsentEventDraft {
        var both = evidence.object ?? JSONObject([("page", evidence)])
        both["confirmation"] = [
            "act": "entry_code_sent", "message_id": .string(message.description), "at": .string(time.rfc3339),
            "agreed_at": .string(occurredAt.rfc3339),
        ]
        return ConsentEventDraft(
            kind: .confirmed, purpose: purpose, occurredAt: max(time, occurredAt), expiresAt: expiresAt,
            evidence: .object(both))
    }
}
