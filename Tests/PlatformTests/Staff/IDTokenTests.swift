import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct IDTokenTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var changes: [String: JSON]
        var fault: String?

        var testDescription: String { name }
    }

    private static let table: [Case] = [
        Case(name: "as it should be", changes: [:]),
        Case(name: "another issuer", changes: ["iss": "https://id.example/"], fault: "iss"),
        Case(name: "no issuer", changes: ["iss": .null], fault: "iss"),
        Case(name: "for another client", changes: ["aud": "other"], fault: "aud"),
        Case(name: "for us in a list", changes: ["aud": ["obhut"]]),
        Case(name: "for several, authorised for us", changes: ["aud": ["obhut", "other"], "azp": "obhut"]),
        Case(name: "for several, nobody authorised", changes: ["aud": ["obhut", "other"]], fault: "azp"),
        Case(name: "authorised for another", changes: ["azp": "other"], fault: "azp"),
        Case(name: "an audience that is none", changes: ["aud": ["obhut", 7]], fault: "aud"),
        Case(name: "over within the skew", changes: ["exp": 1_799_999_941]),
        Case(name: "over", changes: ["exp": 1_799_999_940], fault: "exp"),
        Case(name: "without an end", changes: ["exp": .null], fault: "exp"),
        Case(name: "an end in words", changes: ["exp": "1900000000"], fault: "exp"),
        Case(name: "issued in the future", changes: ["iat": 1_800_000_060], fault: "iat"),
        Case(name: "issued long ago", changes: ["iat": 1_799_999_400], fault: "iat"),
        Case(name: "not yet good", changes: ["nbf": 1_800_000_060], fault: "nbf"),
        Case(name: "another nonce", changes: ["nonce": "m"], fault: "nonce"),
        Case(name: "no nonce", changes: ["nonce": .null], fault: "nonce"),
        Case(name: "no subject", changes: ["sub": ""], fault: "sub"),
        Case(name: "a subject too long", changes: ["sub": .string(String(repeating: "s", count: 256))], fault: "sub"),
    ]

    @Test(arguments: table)
    func `what a token must say`(_ row: Case) throws {
        var claims = JSONObject([
            ("iss", "https://id.example"), ("aud", "obhut"), ("exp", 1_800_000_300), ("iat", 1_800_000_000),
            ("nonce", "n"), ("sub", "s-1"), ("email", "ada@provider.example"), ("email_verified", true),
        ])
        for (name, value) in row.changes { claims[name] = value.isNull ? nil : value }
        do {
            let person = try IDToken.person(
                .object(claims), issuer: "https://id.example", client: "obhut", nonce: "n", at: Self.now)
            #expect(row.fault == nil && person.subject == "s-1")
            #expect(person.verifiedEmail?.revealed == "ada@provider.example")
        } catch {
            #expect(row.fault.map { error.description.hasPrefix($0) } == true, "\(error)")
        }
    }

    @Test(arguments: [JSON.bool(false), .string("false"), .number("1"), .null])
    func `an address that is not verified is none`(_ word: JSON) throws {
        let claims: JSON = [
            "iss": "i", "aud": "c", "exp": 1_800_000_300, "iat": 1_800_000_000, "nonce": "n", "sub": "s",
            "email": "ada@provider.example", "email_verified": word,
        ]
        let person = try IDToken.person(claims, issuer: "i", client: "c", nonce: "n", at: Self.now)
        #expect(person.verifiedEmail == nil)
    }

    @Test(arguments: [("ES256", "es"), ("EdDSA", "ed"), ("RS256", "rs"), ("PS256", "ps")])
    func `a signature counts by the key that the token names`(_ algorithm: String, _ kid: String) async throws {
        let provider = ScriptedProvider()
        provider.change { $0.keys = ["es", "ed", "rs", "ps"] }
        let directory = OpenIDDirectory(issuer: ScriptedProvider.issuer, http: provider, clock: { Self.now })
        let token = try IDToken(try provider.token(["sub": "s"], kid: kid, algorithm: algorithm))
        try await token.check(by: try await directory.key(for: token))

        // One letter of the claims, one of the signature.
        let parts = token.text.split(separator: ".").map(String.init)
        let other = try provider.token(["sub": "t"], kid: kid, algorithm: algorithm).split(separator: ".").map(
            String.init)
        for forged in [[parts[0], other[1], parts[2]], [parts[0], parts[1], other[2]], [parts[0], parts[1], ""]] {
            let token = try IDToken(forged.joined(separator: "."))
            await #expect(throws: OpenIDFault.self) {
                try await token.check(by: try await directory.key(for: token))
            }
        }
    }

    @Test(arguments: ["none", "HS256", "RS512", "ES384", "es256", ""])
    func `no other algorithm counts`(_ algorithm: String) throws {
        let provider = ScriptedProvider()
        #expect(throws: OpenIDFault.self) { try IDToken(try provider.token(["sub": "s"], algorithm: algorithm)) }
    }

    @Test(arguments: ["", "a.b", "a.b.c.d", "....", "e30.e30.", "W10.W10.x", "eyJhbGciOiJFUzI1NiJ9=.e30.x"])
    func `what is no token is none`(_ text: String) {
        #expect(throws: OpenIDFault.self) { try IDToken(text) }
    }

    @Test func `a key is for its own algorithm, and a short one for none`() throws {
        let keys = try OpenIDKeys([
            "keys": [
                ["kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"],
                ["kty": "EC", "kid": "enc", "use": "enc", "crv": "P-256", "x": "x", "y": "y"],
                ["kty": "oct", "kid": "mac", "k": "x"],
                ["kty": "EC", "kid": "p384", "crv": "P-384", "x": "x", "y": "y"],
                [
                    "kty": "RSA", "kid": "ps", "alg": "PS256", "n": .string(String(repeating: "n", count: 342)),
                    "e": "AQAB",
                ],
            ]
        ])
        #expect(keys.keys.map(\.id) == ["p384", "ps"])
        #expect(!keys.keys[0].fits("ES256") && keys.keys[1].fits("PS256") && !keys.keys[1].fits("RS256"))
    }

    @Test func `keys are looked for anew for one that is not known, once a minute at most`() async throws {
        let (provider, clock) = (ScriptedProvider(), HandClock())
        let directory = OpenIDDirectory(issuer: ScriptedProvider.issuer, http: provider, clock: { clock.now })
        @Sendable func find(_ kid: String) async -> Bool {
            guard let token = try? IDToken(try provider.token(["sub": "s"], kid: kid)) else { return false }
            return (try? await directory.key(for: token)) != nil
        }
        #expect(await find("es"))
        #expect(provider.requests(to: "/keys").count == 1)
        for _ in 0..<5 { #expect(await !find("made-up")) }
        #expect(provider.requests(to: "/keys").count == 1, "just fetched")
        clock.pass(60)
        provider.change { $0.keys = ["es", "es-2"] }
        #expect(await find("es-2"))
        for _ in 0..<5 { #expect(await !find("made-up")) }
        #expect(provider.requests(to: "/keys").count == 2)
        clock.pass(3600)
        #expect(await find("es"))
        #expect(provider.requests(to: "/keys").count == 3, "after max-age")
    }

    @Test(arguments: [
        (nil, 3600.0), ("no-store", 3600), ("max-age=0", 300), ("public, Max-Age=7200", 7200),
        ("max-age=9999999", 86_400),
        ("max-age=x", 3600),
    ])
    func `what is fetched is kept as long as the provider says, within limits`(_ header: String?, _ seconds: Double) {
        #expect(OpenIDDirectory.lifetime(header) == seconds)
    }
}
