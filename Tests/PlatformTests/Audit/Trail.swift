import Foundation
import PluginKit
import Postgres
import Signing
import TestSupport

@testable import Platform

/// A control plane with a trail to look at and to damage.
struct Trail: Sendable {
    let plane: ControlPlane
    /// As the superuser, past the triggers: what somebody with the database in hand can do.
    let superuser: PostgresClient
    let tenant = TenantID.generate()

    var chain: AuditChain { .tenant(tenant) }

    /// With a certificate of its own, unless told otherwise.
    static func with(
        sealing: SealingIdentity? = .test, _ body: @Sendable @escaping (Trail) async throws -> Void
    ) async throws {
        try await Databases.lend { databases in
            try await TestDatabase.withClient(databases.control) { superuser in
                var configuration = databases.control
                configuration.username = "obhut_control"
                try await TestDatabase.withClient(configuration) { control in
                    let plane = ControlPlane(database: control, key: .generate(), sealing: sealing, logger: .quiet)
                    try await body(Trail(plane: plane, superuser: superuser))
                }
            }
        }
    }

    func enter(_ action: String = "thing.done", in chain: AuditChain? = nil, reason: String? = nil) async throws {
        try await plane.audit.enter(
            AuditRecord(action, .init("thing", "one"), Cause(.commandLine, reason: reason), after: ["now": "so"]),
            in: chain ?? self.chain)
    }

    func enter(_ count: Int, in chain: AuditChain? = nil) async throws {
        for _ in 0..<count { try await enter(in: chain) }
    }

    /// Runs a statement past all triggers and foreign keys.
    func tamper(_ sql: String, _ parameters: [any PostgresEncodable] = []) async throws {
        try await superuser.transaction { tx in
            _ = try await tx.query(PostgresQuery("test.replica", "SET LOCAL session_replication_role = replica"))
            _ = try await tx.query(PostgresQuery("test.tamper", sql, parameters))
        }
    }

    func verify(_ chain: AuditChain? = nil, known: [AuditVerifier.KnownSeal] = []) async throws -> AuditVerification {
        try await plane.auditVerifier.verify(chain, known: known)
    }

    /// What was found, such as `entry_altered 3`.
    func findings(_ chain: AuditChain? = nil, known: [AuditVerifier.KnownSeal] = []) async throws -> [String] {
        try await verify(chain, known: known).all.map { finding in
            [finding.kind.rawValue, finding.sequence.map(String.init), finding.seal.map { "seal \($0)" }]
                .compactMap { $0 }.joined(separator: " ")
        }.sorted()
    }

    /// The rows of a chain's head and entries, to be put back later.
    func head(_ chain: AuditChain) async throws -> StoredHead {
        let row = try await superuser.query(
            PostgresQuery(
                "test.head", "SELECT sequence, hash, mac FROM audit_heads WHERE chain = $1", [chain.description]))[0]
        return StoredHead(
            chain: chain, sequence: try row.decode("sequence"), hash: try row.decode("hash"), mac: try row.decode("mac")
        )
    }

    func put(back head: StoredHead) async throws {
        try await tamper(
            "UPDATE audit_heads SET sequence = $2, hash = $3, mac = $4 WHERE chain = $1",
            [head.chain.description, head.sequence, head.hash, head.mac])
    }

    /// Writes an entry with hashes as they must be, and moves the head to it; only the MAC cannot be made.
    func forge(_ text: String, at sequence: Int, after previous: [UInt8], in chain: AuditChain) async throws -> [UInt8]
    {
        let hash = AuditHash.hash(of: text.utf8, after: previous)
        try await tamper(
            """
            INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (chain, sequence) DO UPDATE SET previous_hash = $3, hash = $4, entry = $5
            """, [chain.description, sequence, previous, hash, text])
        try await tamper(
            "UPDATE audit_heads SET sequence = greatest(sequence, $2), hash = $3 WHERE chain = $1",
            [chain.description, sequence, hash])
        return hash
    }

    func entries(_ chain: AuditChain) async throws -> [StoredEntry] {
        try await superuser.query(
            PostgresQuery(
                "test.entries",
                "SELECT sequence, previous_hash, hash, entry FROM audit_entries WHERE chain = $1 ORDER BY sequence",
                [chain.description])
        ).map { try StoredEntry($0, of: chain) }
    }
}

extension SealingIdentity {
    static var test: SealingIdentity? {
        let now = Date()
        return
            (try? SigningIdentity.selfSigned(
                organisation: "Tests", commonName: "Trail", country: "DE",
                validity: now.addingTimeInterval(-86_400 * 30)...now.addingTimeInterval(86_400))).map {
                SealingIdentity($0, isSelfSigned: true)
            }
    }
}
