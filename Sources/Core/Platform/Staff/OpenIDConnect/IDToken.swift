import JWTKit
import PluginKit

import struct Foundation.Data
import struct Foundation.Date
import typealias Foundation.TimeInterval

/// An ID token (OpenID Connect Core 1.0, 2), read and not yet believed.
struct IDToken: Sendable {
    /// What a signature may be made with. Never `none`, never a MAC: the key of one would be known to others.
    static let algorithms: Set<String> = ["RS256", "PS256", "ES256", "EdDSA"]

    let text: String
    let algorithm: String
    let keyID: String?
    /// Of the bytes that the signature covers.
    let claims: JSON

    init(_ text: String) throws(OpenIDFault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 32_768, parts.count == 3, let header = Self.json(parts[0]),
            let claims = Self.json(parts[1])
        else { throw OpenIDFault("the ID token is no JWT") }
        guard let algorithm = header["alg"]?.string, Self.algorithms.contains(algorithm) else {
            throw OpenIDFault("the ID token's algorithm is not among those that count")
        }
        // RFC 7515, 4.1.11: what we do not know and must heed.
        guard header["crit"] == nil else { throw OpenIDFault("the ID token has critical extensions") }
        self.text = text
        self.algorithm = algorithm
        keyID = header["kid"]?.string
        self.claims = claims
    }

    private static func json(_ part: Substring) -> JSON? {
        let plain = part.replacing("-", with: "+").replacing("_", with: "/")
        guard !part.contains(where: { "+/=".contains($0) }),
            let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)),
            let json = try? JSON(parsing: Array(data), depthLimit: 8), json.object != nil
        else { return nil }
        return json
    }

    // MARK: - Signature

    private struct Signed: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) {}
    }

    /// Checks the signature by one key, which was chosen by the token's `kid`.
    func check(by key: OpenIDKeys.Key) async throws(OpenIDFault) {
        guard key.fits(algorithm) else { throw OpenIDFault("the ID token's key is not for its algorithm") }
        do {
            let jwk = try JWK(json: key.json(for: keyID ?? "key").text)
            // A collection of this key alone: one of several falls back on another.
            let keys = JWTKeyCollection()
            try await keys.add(jwk: jwk)
            _ = try await keys.verify(text, as: Signed.self)
        } catch {
            throw OpenIDFault("the ID token's signature is not right")
        }
    }

    // MARK: - Claims

    /// Who the token says somebody is.
    struct Person: Sendable, Hashable {
        var subject: String
        /// Nil unless the provider says that it is theirs.
        var verifiedEmail: Personal<String>?
    }

    /// How far clocks may be apart. Seconds.
    static let skew: TimeInterval = 60
    /// How old a token may be that was just asked for. Seconds.
    static let longestAge: TimeInterval = 600

    /// OpenID Connect Core 1.0, 3.1.3.7.
    static func person(
        _ claims: JSON, issuer: String, client: String, nonce: String, at now: Date
    ) throws(OpenIDFault) -> Person {
        guard claims["iss"]?.string == issuer else { throw OpenIDFault("iss is another issuer") }
        let audience = claims["aud"]?.array?.map(\.string) ?? [claims["aud"]?.string]
        guard audience.contains(client), audience.allSatisfy({ $0 != nil }) else { throw OpenIDFault("aud is not us") }
        if audience.count > 1 || claims["azp"] != nil {
            guard claims["azp"]?.string == client else { throw OpenIDFault("azp is not us") }
        }
        guard let end = seconds(claims["exp"]), now.timeIntervalSince1970 < end + skew else {
            throw OpenIDFault("exp is over or missing")
        }
        guard let issued = seconds(claims["iat"]), issued < now.timeIntervalSince1970 + skew,
            issued > now.timeIntervalSince1970 - longestAge
        else { throw OpenIDFault("iat is too far away or missing") }
        if let begin = claims["nbf"] {
            guard let begin = seconds(begin), begin < now.timeIntervalSince1970 + skew else {
                throw OpenIDFault("nbf is to come")
            }
        }
        guard let told = claims["nonce"]?.string, ConstantTime.equal(told.utf8, nonce.utf8) else {
            throw OpenIDFault("nonce is not ours")
        }
        guard let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count), !subject.utf8.contains(0)
        else {
            throw OpenIDFault("sub is missing or too long")
        }
        // Some providers write the boolean as text.
        let isVerified = claims["email_verified"]?.bool == true || claims["email_verified"]?.string == "true"
        let email = isVerified ? claims["email"]?.string.flatMap { StaffService.isEmail($0) ? $0 : nil } : nil
        return Person(subject: subject, verifiedEmail: email.map { Personal($0) })
    }

    private static func seconds(_ json: JSON?) -> Double? {
        guard case .number(let text)? = json, let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
