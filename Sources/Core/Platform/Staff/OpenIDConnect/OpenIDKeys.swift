import PluginKit

import struct Foundation.Data

/// A provider's public keys (RFC 7517, 5), those alone that can sign as we take it.
struct OpenIDKeys: Sendable, Hashable {
    struct Key: Sendable, Hashable {
        var id: String?
        /// The one algorithm it is for, when it says so.
        var algorithm: String?
        var kind: String
        /// What of it we use.
        fileprivate var members: JSONObject

        func fits(_ algorithm: String) -> Bool {
            guard self.algorithm == nil || self.algorithm == algorithm else { return false }
            return switch algorithm {
            case "RS256", "PS256": kind == "RSA"
            case "ES256": kind == "EC" && members["crv"]?.string == "P-256"
            case "EdDSA": kind == "OKP" && members["crv"]?.string == "Ed25519"
            default: false
            }
        }

        /// Under the name that the token uses; what the key says of its algorithm was looked at by `fits`.
        func json(for name: String) -> JSON {
            var all = members
            all["kid"] = .string(name)
            return .object(all)
        }
    }

    var keys: [Key]

    init(_ json: JSON) throws(OpenIDFault) {
        guard let list = json["keys"]?.array else { throw OpenIDFault("the keys are no key set") }
        keys = list.prefix(100).compactMap(Self.key)
    }

    /// The key that a token names. A token that names none is taken when one key alone could be meant.
    func key(for token: IDToken) -> Key? {
        if let id = token.keyID { return keys.first { $0.id == id && $0.fits(token.algorithm) } }
        let possible = keys.filter { $0.fits(token.algorithm) }
        return possible.count == 1 ? possible[0] : nil
    }

    private static func key(_ json: JSON) -> Key? {
        guard let kind = json["kty"]?.string, json["use"] == nil || json["use"]?.string == "sig" else { return nil }
        let names: [String]
        switch kind {
        case "RSA":
            // 2048 bits or more (NIST SP 800-131A).
            guard let modulus = json["n"]?.string, modulus.utf8.count >= 341 else { return nil }
            names = ["kty", "n", "e"]
        case "EC": names = ["kty", "crv", "x", "y"]
        case "OKP": names = ["kty", "crv", "x"]
        default: return nil
        }
        var members = JSONObject()
        for name in names {
            guard let value = json[name]?.string else { return nil }
            members[name] = .string(value)
        }
        return Key(id: json["kid"]?.string, algorithm: json["alg"]?.string, kind: kind, members: members)
    }
}
