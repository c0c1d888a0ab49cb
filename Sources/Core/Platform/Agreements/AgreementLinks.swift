import Crypto
import JWTKit
import PluginKit
import Postgres

import struct Foundation.Date

/// Signed links by which a tenant's signatory reaches an agreement or a notice without an account. A link is a JWT (RFC 7519): it names what
/// it opens and until when, and its row in the database can be used or revoked. The link itself is stored nowhere.
struct AgreementLinks: Sendable {
    private let key: HMACKey

    init(_ controlKey: DataKey) {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: controlKey.secret.revealed), info: Array("obhut/agreement-links".utf8),
            outputByteCount: 32)
        key = HMACKey(key: derived)
    }

    /// What a link says.
    struct Claims: JWTPayload, Equatable {
        var jti: IDClaim
        var aud: AudienceClaim
        var exp: ExpirationClaim
        var tenant: String
        var agreement: String
        /// Nil for a link to the agreement itself.
        var notice: String?

        func verify(using algorithm: some JWTAlgorithm) throws {
            try exp.verifyNotExpired()
            try aud.verifyIntendedAudience(includes: AgreementLinks.audience)
        }
    }

    private static let audience = "obhut/agreement"

    func make(_ link: AgreementLink) async throws -> Secret<String> {
        let claims = Claims(
            jti: IDClaim(value: link.id.description), aud: AudienceClaim(value: Self.audience),
            exp: ExpirationClaim(value: link.expiresAt), tenant: link.tenant.description,
            agreement: link.agreement.description, notice: link.notice?.description)
        return Secret(try await keys().sign(claims))
    }

    /// - Returns: nil for what we did not sign, or what has expired; whether it was used or revoked, the database knows.
    func read(_ text: String) async -> AgreementLink? {
        guard text.utf8.count <= 2048, let claims = try? await keys().verify(text, as: Claims.self),
            let id = AgreementLinkID(claims.jti.value), let tenant = TenantID(claims.tenant),
            let agreement = AgreementID(claims.agreement)
        else { return nil }
        return AgreementLink(
            id: id, tenant: tenant, agreement: agreement, notice: claims.notice.flatMap { AgreementNoticeID($0) },
            expiresAt: claims.exp.value)
    }

    private func keys() async -> JWTKeyCollection {
        await JWTKeyCollection().add(hmac: key, digestAlgorithm: .sha256)
    }
}

/// What a link opens.
struct AgreementLink: Sendable, Hashable {
    var id: AgreementLinkID
    var tenant: TenantID
    var agreement: AgreementID
    var notice: AgreementNoticeID?
    var expiresAt: Date
}

/// The SQL of links.
enum AgreementLinkStore {
    /// A new link takes the place of those before it.
    static func replace(_ link: AgreementLink) -> [PostgresQuery] {
        [
            revoke(link.tenant, link.agreement, notice: link.notice),
            PostgresQuery(
                "agreement-links.add",
                """
                INSERT INTO agreement_links (tenant_id, link_id, agreement_id, notice_id, expires_at)
                VALUES ($1, $2, $3, $4, $5)
                """, [link.tenant, link.id, link.agreement, link.notice, link.expiresAt]),
        ]
    }

    static func revoke(_ tenant: TenantID, _ agreement: AgreementID, notice: AgreementNoticeID?) -> PostgresQuery {
        PostgresQuery(
            "agreement-links.revoke",
            """
            UPDATE agreement_links
            SET revoked_at = now()
            WHERE tenant_id = $1 AND agreement_id = $2 AND notice_id IS NOT DISTINCT FROM $3
              AND used_at IS NULL AND revoked_at IS NULL
            """, [tenant, agreement, notice])
    }

    static func find(_ link: AgreementLink) -> PostgresQuery {
        PostgresQuery(
            "agreement-links.find",
            """
            SELECT used_at, revoked_at, expires_at <= now() AS expired
            FROM agreement_links
            WHERE tenant_id = $1 AND link_id = $2
            """, [link.tenant, link.id])
    }

    /// - Returns: with `affectedRows` 0 when somebody used it before, or it is revoked or expired.
    static func use(_ link: AgreementLink) -> PostgresQuery {
        PostgresQuery(
            "agreement-links.use",
            """
            UPDATE agreement_links
            SET used_at = now()
            WHERE tenant_id = $1 AND link_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            """, [link.tenant, link.id])
    }
}
