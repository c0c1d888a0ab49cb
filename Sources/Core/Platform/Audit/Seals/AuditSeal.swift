import PluginKit
import Postgres

public import struct Foundation.Date

/// A seal over the heads of all chains.
public struct AuditSeal: Sendable, Hashable {
    /// From 1, without a gap.
    public var number: Int
    /// `YYYY-MM-DD`: the day at whose end the heads stood so; nil for a seal that somebody asked for.
    public var day: String?
    public var sealedAt: Date
    /// JSON: exactly the bytes that are sealed.
    public var document: String
    /// Detached CMS signature, DER.
    public var seal: [UInt8]
    /// The signer's, PEM.
    public var certificate: String
    /// Whether the signer vouches for itself: good for trying, not for an auditor.
    public var isSelfSigned: Bool
    /// Whether an authority says when the seal was made.
    public var isTimestamped: Bool

    /// SHA-256 of the document.
    public var sha256: [UInt8] { SealDocument.sha256(document) }

    init(
        number: Int, day: String?, sealedAt: Date, document: String, seal: [UInt8], certificate: String,
        isSelfSigned: Bool, isTimestamped: Bool
    ) {
        self.number = number
        self.day = day
        self.sealedAt = sealedAt
        self.document = document
        self.seal = seal
        self.certificate = certificate
        self.isSelfSigned = isSelfSigned
        self.isTimestamped = isTimestamped
    }

    init(_ row: PostgresRow) throws {
        self.init(
            number: try row.decode("seal_number"), day: try row.decode("sealed_day"),
            sealedAt: try row.decode("sealed_at"), document: try row.decode("document"), seal: try row.decode("seal"),
            certificate: try row.decode("certificate"), isSelfSigned: try row.decode("is_self_signed"),
            isTimestamped: try row.decode("is_timestamped"))
    }
}

/// What the control chain says of a seal.
struct SealNote: Sendable, Hashable {
    var number: Int
    var sha256: [UInt8]
    /// SHA-256 of the signer's certificate.
    var signer: String

    init(number: Int, sha256: [UInt8], signer: String) {
        self.number = number
        self.sha256 = sha256
        self.signer = signer
    }

    /// As `audit.sealed` has it.
    var json: JSON { ["sha256": .string(sha256.hexadecimal), "certificate_sha256": .string(signer)] }

    init?(_ entry: StoredEntry) {
        guard let json = try? JSON(parsing: entry.text), let after = json["after"],
            let number = json["subject"]?["id"]?.string.flatMap({ Int($0) }),
            let hash = after["sha256"]?.string.flatMap([UInt8].init(hexadecimal:)),
            let signer = after["certificate_sha256"]?.string
        else { return nil }
        self.init(number: number, sha256: hash, signer: signer)
    }
}
