import PluginKit
import Postgres

import struct Foundation.Date

/// What was recorded, and the state that follows.
public struct ConsentReceipt: Sendable {
    public var id: ConsentEventID
    public var view: ConsentView
    /// True when the request had been carried out before: nothing was recorded again.
    public var isReplayed: Bool
}

/// What makes a declaration of consent the same when it comes again.
public struct RepeatableConsent: Sendable {
    public var key: IdempotencyKey
    /// The bytes of the request.
    public var content: [UInt8]

    public init(key: IdempotencyKey, content: [UInt8]) {
        self.key = key
        self.content = content
    }
}

/// Keeps a declaration's key and answer in the transaction that records it, so that it is recorded once, whatever breaks off when.
struct ConsentRepeats: Sendable {
    private static let route = "consents"

    private let caller: Caller
    private let result: ConsentEventID
    private let keys: TenantKeys
    private let keyHash: [UInt8]
    private let requestHash: [UInt8]

    init(_ request: RepeatableConsent, of caller: Caller, result: ConsentEventID, _ keys: TenantKeys) {
        self.caller = caller
        self.result = result
        self.keys = keys
        keyHash = keys.index.index("idempotency/key", request.key.text)
        requestHash = keys.index.index("idempotency/request", request.content)
    }

    /// Takes the key. When somebody else is about to, it waits for what becomes of that.
    /// - Returns: the first answer when the request came before; nil when this is the first.
    func earlier(_ tx: PostgresTransaction) async throws -> ConsentReceipt? {
        let taken = try await tx.query(
            PostgresQuery(
                "consents.take-key",
                """
                INSERT INTO idempotency_keys (tenant_id, caller, route, key_hash, request_hash, result_id)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (tenant_id, caller, route, key_hash) DO NOTHING
                RETURNING result_id
                """, [caller.tenant, caller.key, Self.route, keyHash, requestHash, result]))
        if !taken.isEmpty { return nil }
        let found = try await tx.query(
            PostgresQuery(
                "consents.find-key",
                """
                SELECT request_hash, result_id, answer_sealed
                FROM idempotency_keys
                WHERE tenant_id = $1 AND caller = $2 AND route = $3 AND key_hash = $4
                """, [caller.tenant, caller.key, Self.route, keyHash]))
        // Removed between the two, as it was too old to count.
        guard let row = found.first else { throw IdempotencyKey.inFlight }
        guard try row.decode("request_hash", as: [UInt8].self) == requestHash else { throw IdempotencyKey.reused }
        let id = try row.decode("result_id", as: ConsentEventID.self)
        let bytes = try keys.data.open(row.decode("answer_sealed"), context(id))
        guard let view = try ConsentView(kept: JSON(parsing: bytes)) else { throw SealError.malformed }
        return ConsentReceipt(id: id, view: view, isReplayed: true)
    }

    func keep(_ receipt: ConsentReceipt, _ tx: PostgresTransaction) async throws {
        let sealed = try keys.data.seal(receipt.view.kept.encoded(), context(receipt.id))
        _ = try await tx.query(
            PostgresQuery(
                "consents.keep-answer",
                """
                UPDATE idempotency_keys
                SET answer_sealed = $5
                WHERE tenant_id = $1 AND caller = $2 AND route = $3 AND key_hash = $4
                """, [caller.tenant, caller.key, Self.route, keyHash, sealed]))
    }

    private func context(_ id: ConsentEventID) -> SealContext {
        SealContext(table: "idempotency_keys", column: "answer_sealed", row: id, tenant: caller.tenant)
    }
}

extension ConsentView {
    fileprivate var kept: JSON {
        [
            "contact": .string(contact.description), "channel": .string(channel.description),
            "purpose": .string(purpose), "state": .string(standing.state.rawValue),
            "since": standing.since.map { .string($0.rfc3339) } ?? .null,
            "expires_at": standing.expiresAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }

    /// - Returns: nil for what `kept` did not make.
    fileprivate init?(kept json: JSON) {
        guard let contact = json["contact"]?.string.flatMap({ ContactID($0) }),
            let channel = json["channel"]?.string.flatMap({ ChannelID($0) }), let purpose = json["purpose"]?.string,
            let state = json["state"]?.string.flatMap(ConsentState.init(rawValue:))
        else { return nil }
        let standing = ConsentStanding(
            state: state, since: json["since"]?.string.flatMap { Date(rfc3339: $0) },
            expiresAt: json["expires_at"]?.string.flatMap { Date(rfc3339: $0) })
        self.init(contact: contact, channel: channel, purpose: purpose, standing: standing)
    }
}
