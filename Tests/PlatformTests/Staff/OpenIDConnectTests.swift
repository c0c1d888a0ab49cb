import Crypto
import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct OpenIDConnectTests {
    private static let redirect = "https://obhut.example/console/oidc/corp/callback"

    private struct Lobby: Sendable {
        let door: Door
        let provider = ScriptedProvider()
        let service: OpenIDConnectService

        init(_ region: Region) {
            door = Door(region)
            service = OpenIDConnectService(
                [
                    OpenIDProvider(
                        name: "corp", issuer: ScriptedProvider.issuer, clientID: "obhut", clientSecret: Secret("s:e/c"),
                        label: "Corp")
                ], control: region.control, audit: region.installation.audit, key: .generate(), signIn: door.signIn,
                http: provider, logger: .quiet)
        }

        func depart(_ returnTo: String? = nil) async throws -> (query: [String: String], cookie: Secret<String>) {
            let departure = try #require(
                try await service.depart("corp", redirect: OpenIDConnectTests.redirect, returnTo: returnTo))
            let parts = try #require(URLComponents(string: departure.url.revealed))
            #expect(departure.url.revealed.hasPrefix("https://id.example/authorize?"))
            let items = (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }
            return (Dictionary(uniqueKeysWithValues: items), departure.cookie)
        }

        func claims(
            _ nonce: String?, _ subject: String = "s-1", _ email: String = "Ada@provider.example", verified: Bool = true
        )
            -> JSON
        {
            let now = Int(door.clock.now.timeIntervalSince1970)
            return [
                "iss": .string(ScriptedProvider.issuer), "aud": "obhut", "sub": .string(subject),
                "iat": .number("\(now)"),
                "exp": .number("\(now + 300)"), "nonce": .string(nonce ?? ""), "email": .string(email),
                "email_verified": .bool(verified),
            ]
        }

        /// Goes to the provider and comes back; what came of it, in a word.
        func visit(
            _ subject: String = "s-1", _ email: String = "Ada@provider.example", verified: Bool = true
        ) async throws -> String {
            let (query, cookie) = try await depart("/console/tenants?x=1")
            let token = try provider.token(claims(query["nonce"], subject, email, verified: verified))
            provider.change { $0.idToken = token }
            return try await arrive(["code": "c", "state": query["state"] ?? ""], cookie)
        }

        func arrive(_ parameters: [String: String], _ cookie: Secret<String>?, _ name: String = "corp") async throws
            -> String
        {
            switch try await service.arrive(name, parameters: parameters, cookie: cookie, from: Door.from()) {
            case .signedIn(let signedIn, let page):
                "\(signedIn.member.displayName.revealed) \(signedIn.session.method.rawValue) \(page ?? "-")"
            case .over: "over"
            case .declined: "declined"
            case .unavailable: "unavailable"
            case .notOnStaff: "not on staff"
            }
        }
    }

    @Test func `a member comes in by a verified address once, and by who they are from then on`() async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            _ = try await region.colleague("ada", [.owner])
            _ = try await region.colleague("bea", [.support])
            #expect(try await lobby.visit() == "ada oidc /console/tenants?x=1")
            // Another address by now, or none that is verified: it is the subject that counts.
            #expect(try await lobby.visit("s-1", "bea@provider.example") == "ada oidc /console/tenants?x=1")
            #expect(try await lobby.visit("s-1", "x@y.example", verified: false) == "ada oidc /console/tenants?x=1")
            // The address given to somebody else at the provider later leads to nobody.
            #expect(try await lobby.visit("s-2") == "not on staff")
            #expect(try await region.trail("identity.") == ["identity.linked done"])
        }
    }

    @Test func `nobody comes onto the staff by signing in`() async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            let ada = try await region.colleague("ada", [.owner])
            _ = try await region.colleague("olga", [.owner])
            #expect(try await lobby.visit("s-1", "eve@provider.example") == "not on staff")
            #expect(try await lobby.visit("s-1", "ada@provider.example", verified: false) == "not on staff")
            _ = try await lobby.visit()
            _ = try await region.installation.staff.change(ada.id, StaffChange(state: .disabled), .system)
            #expect(try await lobby.visit() == "not on staff")
            #expect(try await region.controlRows("SELECT 1 FROM staff").count == 2)
        }
    }

    @Test func `what goes to the provider is what the standards ask for`() async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            _ = try await region.colleague("ada", [.owner])
            let (query, cookie) = try await lobby.depart()
            #expect(query["response_type"] == "code" && query["client_id"] == "obhut")
            #expect(query["redirect_uri"] == Self.redirect && query["code_challenge_method"] == "S256")
            let token = try lobby.provider.token(lobby.claims(query["nonce"]))
            lobby.provider.change { $0.idToken = token }
            #expect(try await lobby.arrive(["code": "c&d", "state": query["state"] ?? ""], cookie) == "ada oidc -")
            let request = try #require(lobby.provider.requests(to: "/token").first)
            let form = try #require(URLComponents(string: "https://x/?\(request.body)")?.queryItems)
            let verifier = try #require(form.first { $0.name == "code_verifier" }?.value)
            let hash = Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString()
            #expect(
                hash.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
                    == query["code_challenge"])
            #expect(form.first { $0.name == "code" }?.value == "c&d" && !request.body.contains("s%3Ae"))
            let basic = request.headers.first { $0.name == "Authorization" }?.value
            #expect(basic == "Basic " + Data("obhut:s%3Ae%2Fc".utf8).base64EncodedString())
        }
    }

    @Test func `what was begun elsewhere, before or in another way is over`() async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            _ = try await region.colleague("ada", [.owner])
            let (query, cookie) = try await lobby.depart()
            let token = try lobby.provider.token(lobby.claims(query["nonce"]))
            lobby.provider.change { $0.idToken = token }
            let good = ["code": "c", "state": query["state"] ?? ""]
            #expect(try await lobby.arrive(good, nil) == "over")
            let (_, foreign) = try await lobby.depart()
            #expect(try await lobby.arrive(good, foreign) == "over", "another browser's errand")
            #expect(try await lobby.arrive(good, cookie, "none") == "over")
            #expect(try await lobby.arrive(good, cookie) == "ada oidc -")
            #expect(try await lobby.arrive(good, cookie) == "over", "once")

            let (other, second) = try await lobby.depart()
            let mixed = ["code": "c", "state": other["state"] ?? "", "iss": "https://evil.example"]
            #expect(try await lobby.arrive(mixed, second) == "over")
            let (third, kept) = try await lobby.depart()
            #expect(
                try await lobby.arrive(["error": "access_denied", "state": third["state"] ?? ""], kept) == "declined")
            let (late, old) = try await lobby.depart()
            lobby.door.clock.pass(601)
            #expect(try await lobby.arrive(["code": "c", "state": late["state"] ?? ""], old) == "over")
        }
    }

    @Test func `a provider that does not answer as it must lets nobody in`() async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            _ = try await region.colleague("ada", [.owner])
            _ = try await region.colleague("olga", [.owner])
            func arrive(_ token: (String) throws -> String?) async throws -> String {
                let (query, cookie) = try await lobby.depart()
                let text = try token(query["nonce"] ?? "")
                lobby.provider.change { $0.idToken = text }
                return try await lobby.arrive(["code": "c", "state": query["state"] ?? ""], cookie)
            }
            #expect(try await arrive { _ in nil } == "unavailable")
            #expect(try await arrive { _ in try lobby.provider.token(lobby.claims("another")) } == "unavailable")
            #expect(try await arrive { try lobby.provider.token(lobby.claims($0), kid: "made-up") } == "unavailable")
            #expect(try await arrive { try lobby.provider.token(lobby.claims($0), algorithm: "none") } == "unavailable")
            #expect(
                try await arrive { try lobby.provider.token(lobby.claims($0), algorithm: "HS256") } == "unavailable")
            let stranger = ScriptedProvider()
            #expect(try await arrive { try stranger.token(lobby.claims($0)) } == "unavailable", "signed by another")
            #expect(try await arrive { try lobby.provider.token(lobby.claims($0)) } == "ada oidc -")
            #expect(try await region.controlRows("SELECT 1 FROM staff_sessions").count == 1)
        }
    }

    @Test(arguments: [
        ("issuer", JSON.string("https://id.example/")), ("authorization_endpoint", .string("http://id.example/a")),
        ("token_endpoint", .null), ("jwks_uri", .string("ftp://x")),
    ])
    func `metadata of another, or without TLS, is none`(_ name: String, _ value: JSON) async throws {
        try await Region.with { region in
            let lobby = Lobby(region)
            lobby.provider.change { script in
                var metadata = script.metadata.object ?? JSONObject()
                metadata[name] = value
                script.metadata = .object(metadata)
            }
            let departure = try await lobby.service.depart("corp", redirect: Self.redirect, returnTo: nil)
            #expect(departure == nil)
        }
    }

    @Test(arguments: [
        ("/console", true), ("/console/tenants?a=b", true), ("//evil.example/console/", false), ("/consolex", false),
        ("https://evil.example", false), ("/console/\\evil", false), ("/console//evil.example", false), ("", false),
        ("/console/\n", false),
    ])
    func `one returns to a page of the console alone`(_ path: String, _ isOurs: Bool) {
        #expect(OpenIDConnectService.isOurs(path) == isOurs)
    }
}
