import Crypto
import CryptoExtras
import Foundation
import Outbound
import PluginKit
import Synchronization

@testable import Platform

/// An OpenID Connect provider that answers as a test scripts it, with keys of its own.
final class ScriptedProvider: OutboundHTTP {
    static let issuer = "https://id.example"

    struct Script: Sendable {
        var metadata: JSON = [
            "issuer": "https://id.example", "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
        ]
        var keys: [String] = ["es"]
        var cacheControl = "max-age=3600"
        var status = 200
        /// What the token endpoint answers.
        var idToken: String?
    }

    private struct State {
        var script = Script()
        var requests: [(url: String, headers: [(name: String, value: String)], body: String)] = []
    }

    private let state = Mutex(State())
    private let es = P256.Signing.PrivateKey()
    private let ed = Curve25519.Signing.PrivateKey()
    private static let rsa = try? _RSA.Signing.PrivateKey(keySize: .bits2048)

    func change(_ change: @Sendable (inout Script) -> Void) { state.withLock { change(&$0.script) } }
    func requests(to path: String) -> [(url: String, headers: [(name: String, value: String)], body: String)] {
        state.withLock { $0.requests.filter { $0.url.hasSuffix(path) } }
    }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let script = state.withLock { state in
            state.requests.append((request.url, request.headers, String(decoding: request.body ?? [], as: UTF8.self)))
            return state.script
        }
        let body: JSON
        switch request.url {
        case Self.issuer + "/.well-known/openid-configuration": body = script.metadata
        case Self.issuer + "/keys": body = ["keys": .array(script.keys.map(jwk))]
        case Self.issuer + "/token":
            body = [
                "access_token": "x", "token_type": "Bearer", "id_token": script.idToken.map { .string($0) } ?? .null,
            ]
        default: throw OutboundError(kind: .refusedAddress, beforeSending: true)
        }
        return OutboundResponse(
            status: script.status, headers: OutboundHeaders([("Cache-Control", script.cacheControl)]),
            body: body.encoded())
    }

    // MARK: - Keys

    private func jwk(_ id: String) -> JSON {
        switch id {
        case "ed":
            return [
                "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": .string(Self.text(ed.publicKey.rawRepresentation)),
            ]
        case "rs", "ps":
            let primitives = try? Self.rsa?.publicKey.getKeyPrimitives()
            return [
                "kty": "RSA", "use": "sig", "kid": .string(id), "n": .string(Self.text(primitives?.modulus ?? Data())),
                "e": .string(Self.text(primitives?.publicExponent ?? Data())),
            ]
        default:
            let point = es.publicKey.rawRepresentation
            return [
                "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": .string(id),
                "x": .string(Self.text(point.prefix(32))),
                "y": .string(Self.text(point.suffix(32))),
            ]
        }
    }

    /// - Parameter algorithm: what the header says; the key is that of `kid`.
    func token(_ claims: JSON, kid: String? = "es", algorithm: String = "ES256") throws -> String {
        var header = JSONObject([("alg", .string(algorithm)), ("typ", "JWT")])
        header["kid"] = kid.map { .string($0) }
        let signed = Self.text(Data(JSON.object(header).encoded())) + "." + Self.text(Data(claims.encoded()))
        let data = Data(signed.utf8)
        let signature: Data
        switch algorithm {
        case "EdDSA": signature = try ed.signature(for: data)
        case "RS256":
            signature = try Self.rsa?.signature(for: data, padding: .insecurePKCS1v1_5).rawRepresentation ?? Data()
        case "PS256": signature = try Self.rsa?.signature(for: data, padding: .PSS).rawRepresentation ?? Data()
        // The public key as the secret of a MAC: a classic.
        case "HS256":
            signature = Data(
                HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: es.publicKey.rawRepresentation)))
        case "none": signature = Data()
        default: signature = try es.signature(for: data).rawRepresentation
        }
        return signed + "." + Self.text(signature)
    }

    private static func text(_ data: some Sequence<UInt8>) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
