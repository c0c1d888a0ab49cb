import Crypto
import PluginKit
import Postgres

/// What is kept of an agreement besides its row.
public enum AgreementFileKind: String, Sendable, Hashable, CaseIterable {
    /// The document as offered: what the hash is of, and what is signed.
    case pdf
    /// The same to read on a page.
    case html
    /// The provider's seal over the PDF (CMS, detached, DER).
    case seal
    /// Who accepted, when and how, as JSON.
    case acceptance
    /// Acceptance and countersignature together, as JSON: what shows that the agreement was concluded (Art. 28(9) GDPR).
    case evidence
    /// The provider's seal over the evidence.
    case evidenceSeal = "evidence_seal"

    public var contentType: String {
        switch self {
        case .pdf: "application/pdf"
        case .html: "text/html; charset=utf-8"
        case .seal, .evidenceSeal: "application/pkcs7-signature"
        case .acceptance, .evidence: "application/json"
        }
    }

    /// What a saved file ends in.
    public var fileExtension: String {
        switch self {
        case .pdf: "pdf"
        case .html: "html"
        case .seal: "pdf.p7s"
        case .acceptance, .evidence: "json"
        case .evidenceSeal: "json.p7s"
        }
    }
}

/// The SQL of an agreement's files. Each is written once and sealed with the control plane's key.
struct AgreementFiles: Sendable {
    let seals: ControlSeal

    func add(
        _ kind: AgreementFileKind, _ content: [UInt8], to agreement: AgreementID, of tenant: TenantID
    ) throws -> PostgresQuery {
        PostgresQuery(
            "agreement-files.add",
            """
            INSERT INTO agreement_files (tenant_id, agreement_id, kind, sha256, content_sealed)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                tenant, agreement, kind.rawValue, Array(SHA256.hash(data: content)),
                try seals.seal(content, Self.context(kind, agreement, tenant)),
            ])
    }

    static func find(_ kind: AgreementFileKind, of agreement: AgreementID, _ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreement-files.find",
            """
            SELECT content_sealed
            FROM agreement_files
            WHERE tenant_id = $1 AND agreement_id = $2 AND kind = $3
            """, [tenant, agreement, kind.rawValue])
    }

    func content(
        _ row: PostgresRow, _ kind: AgreementFileKind, of agreement: AgreementID, _ tenant: TenantID
    ) throws -> [UInt8] {
        try seals.open(row.decode("content_sealed"), Self.context(kind, agreement, tenant))
    }

    private static func context(
        _ kind: AgreementFileKind, _ agreement: AgreementID, _ tenant: TenantID
    ) -> SealContext {
        SealContext(table: "agreement_files", column: "content_sealed.\(kind.rawValue)", row: agreement, tenant: tenant)
    }
}
