import Crypto
public import PluginKit
import Postgres

import struct Foundation.Date

/// What an export of all of a tenant's consents ends with: which files belong to it, and the chain's head, sealed.
public struct ConsentExportIndex: Sendable {
    /// JSON text.
    public var document: String
    public var seal: [UInt8]
    /// PEM.
    public var certificate: String
    public var isSelfSigned: Bool
    public var records: Int
    public var events: Int
}

extension ConsentRecordService {
    private static let portion = 100
    private static let page = 2000

    /// Everybody's records and the whole chain, for whoever runs the installation and is asked by an auditor. What is recorded meanwhile
    /// may be in it or not; the chain is as it stood when it was read.
    /// - Parameters:
    ///   - record: told of each person's record.
    ///   - event: told of each event's place in the chain, a line of JSON.
    public func export(
        _ tenant: TenantID, _ cause: Cause, record: (SealedConsentRecord) async throws -> Void,
        event: (String) async throws -> Void
    ) async throws -> ConsentExportIndex {
        guard let sealing else {
            throw PlatformError(
                .unavailable, "This process has nothing to seal with.", remedy: "Set signing.certificate_file.")
        }
        let setting = try await reader.setting(of: tenant)
        try await enter("consent_record.exported", [], tenant, cause)
        var files: [JSON] = []
        try await records(setting) { found in
            files.append([
                "contact_id": .string(found.contact.description), "sha256": .string(found.sha256.hexadecimal),
            ])
            try await record(found)
        }
        let head = try await chain(setting, event)
        let index: JSON = [
            "format": "obhut/consent-export/1", "tenant_id": .string(tenant.description),
            "exported_at": .string(Date().rfc3339), "records": .array(files),
            "chain": ["length": .number(String(head.length)), "head": .string(head.hash.hexadecimal)],
        ]
        return ConsentExportIndex(
            document: index.text, seal: try await sealing.seal(index.encoded()),
            certificate: sealing.identity.certificatePEM, isSelfSigned: sealing.isSelfSigned, records: files.count,
            events: head.length)
    }

    private func records(
        _ setting: ConsentDossierReader.Setting, _ take: (SealedConsentRecord) async throws -> Void
    ) async throws {
        let tenant = setting.tenant.id
        var after: ContactID?
        while true {
            let (last, dossiers) = try await setting.shard.app.transaction(
                settings: asTenant(tenant), isolation: .repeatableRead, readOnly: true
            ) { [after] tx in
                try await TenantStanding.requireExport(tenant, tx)
                let people = try await tx.query(
                    ConsentRecordStore.people(tenant, after: after?.rawValue, limit: Self.portion)
                ).map { try $0.decode("contact_id", as: ContactID.self) }
                var found: [ConsentDossier] = []
                for person in people {
                    if let dossier = try await reader.dossier(of: person, setting, tx) { found.append(dossier) }
                }
                return (people.last, found)
            }
            for dossier in dossiers { try await take(try await sealed(dossier, .record)) }
            guard let last else { return }
            after = last
            try Task.checkCancellation()
        }
    }

    /// - Returns: how far it goes.
    private func chain(
        _ setting: ConsentDossierReader.Setting, _ take: (String) async throws -> Void
    ) async throws -> ConsentHead {
        var head = ConsentHead(length: 0, hash: ConsentChainEntry.origin)
        while true {
            let rows = try await setting.shard.app.transaction(
                settings: asTenant(setting.tenant.id), readOnly: true
            ) { [head] tx in
                try await TenantStanding.requireExport(setting.tenant.id, tx)
                return try await tx.query(
                    ConsentChainEntry.page(setting.tenant.id, after: head.length, limit: Self.page))
            }
            for row in rows {
                let entry = try ConsentChainEntry(row)
                try await take(entry.json.text)
                head = ConsentHead(length: entry.sequence, hash: entry.hash)
            }
            if rows.count < Self.page { return head }
            try Task.checkCancellation()
        }
    }
}

extension ConsentChainEntry {
    /// All that its hash is over, in the order in which it is hashed (Docs/consent.md, "Ledger").
    fileprivate var json: JSON {
        [
            "sequence": .number(String(sequence)), "previous_hash": .string(previousHash.hexadecimal),
            "fields": .array(fields.map { $0.map { .string($0) } ?? .null }), "hash": .string(hash.hexadecimal),
        ]
    }
}
