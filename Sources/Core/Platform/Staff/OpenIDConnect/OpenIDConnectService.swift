import Crypto
import Logging
public import Outbound
public import PluginKit
import Postgres

import struct Foundation.Data
import struct Foundation.Date
import struct Foundation.UUID
import typealias Foundation.uuid_t

/// Signing in by an OpenID Connect provider: authorization code with PKCE (RFC 7636), state and nonce.
///
/// Nobody comes onto the staff by signing in. A person is who was linked to issuer and subject before; the first
/// time, the active member whose address the provider has verified.
public struct OpenIDConnectService: Sendable {
    public let providers: [OpenIDProvider]

    private let control: PostgresClient
    private let audit: AuditTrail
    private let key: DataKey
    private let signIn: SignInService
    private let http: any OutboundHTTP
    private let directories: [String: OpenIDDirectory]
    private let logger: Logger

    init(
        _ providers: [OpenIDProvider], control: PostgresClient, audit: AuditTrail, key: DataKey, signIn: SignInService,
        http: any OutboundHTTP, logger: Logger
    ) {
        self.providers = providers
        self.control = control
        self.audit = audit
        self.key = key
        self.signIn = signIn
        self.http = http
        self.logger = logger
        directories = Dictionary(
            providers.map { ($0.name, OpenIDDirectory(issuer: $0.issuer, http: http, clock: { signIn.now })) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Where the browser goes, and what it must bring back in a cookie.
    public struct Departure: Sendable {
        public var url: Secret<String>
        public var cookie: Secret<String>
    }

    /// What is kept until the person comes back.
    private struct Errand {
        var provider: String
        var state: String
        var nonce: String
        var verifier: String
        var redirect: String
        var returnTo: String?
    }

    // MARK: - Going

    /// - Parameters:
    ///   - redirect: where the provider sends the person back to.
    ///   - returnTo: the page of the console that was asked for.
    /// - Returns: nil when the provider does not answer.
    /// - Throws: `.notFound` for a provider that is not configured.
    public func depart(_ name: String, redirect: String, returnTo: String?) async throws -> Departure? {
        guard let provider = providers.first(where: { $0.name == name }), let directory = directories[name] else {
            throw PlatformError.notFound("provider")
        }
        let metadata: OpenIDMetadata
        do {
            metadata = try await directory.currentMetadata()
        } catch {
            complain(name, error)
            return nil
        }
        let (cookie, state, nonce) = (RandomToken.generate(), RandomToken.generate(), RandomToken.generate())
        let verifier = RandomToken.generate().text.revealed
        let errand = Errand(
            provider: name, state: state.text.revealed, nonce: nonce.text.revealed, verifier: verifier,
            redirect: redirect, returnTo: returnTo.flatMap { Self.isOurs($0) ? $0 : nil })
        let end = signIn.now.addingTimeInterval(SignInService.stepLifetime)
        _ = try await control.query(
            SignInStore.begin("oidc", hash: cookie.hash, of: nil, details: try seal(errand, cookie), until: end))
        let challenge = Self.base64URL(Array(SHA256.hash(data: Array(verifier.utf8))))
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", redirect),
            ("scope", "openid email profile"), ("state", errand.state), ("nonce", errand.nonce),
            ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ])
        let join = metadata.authorizationEndpoint.contains("?") ? "&" : "?"
        return Departure(url: Secret(metadata.authorizationEndpoint + join + query), cookie: cookie.text)
    }

    /// A page of the console, and nothing that a browser could take for another host.
    public static func isOurs(_ path: String) -> Bool {
        path.utf8.count <= 1000 && (path == "/console" || path.hasPrefix("/console/"))
            && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") } && !path.contains("//")
    }

    // MARK: - Coming back

    /// - Parameters:
    ///   - parameters: of the URL that the person came back to.
    ///   - cookie: what `depart` gave to the browser.
    public func arrive(
        _ name: String, parameters: [String: String], cookie: Secret<String>?, from origin: SignInOrigin
    ) async throws -> OpenIDOutcome {
        guard let token = cookie.flatMap(RandomToken.init), let provider = providers.first(where: { $0.name == name }),
            let row = try await control.query(SignInStore.take("oidc", hash: token.hash, at: signIn.now)).first,
            let errand = try open(row, token), errand.provider == name,
            ConstantTime.equal((parameters["state"] ?? "").utf8, errand.state.utf8)
        else { return .over }
        // RFC 9207: an answer of another provider.
        if let issuer = parameters["iss"], issuer != provider.issuer { return .over }
        guard parameters["error"] == nil, let code = parameters["code"], !code.isEmpty else { return .declined }
        let person: IDToken.Person
        do {
            person = try await self.person(provider, code, errand)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            complain(name, error)
            return .unavailable
        }
        guard let signedIn = try await enter(provider, person, origin) else {
            try await signIn.refused(nil, "not on the staff", origin)
            return .notOnStaff
        }
        return .signedIn(signedIn, returnTo: errand.returnTo)
    }

    private func person(_ provider: OpenIDProvider, _ code: String, _ errand: Errand) async throws -> IDToken.Person {
        guard let directory = directories[provider.name] else { throw OpenIDFault("there is no such provider") }
        let metadata = try await directory.currentMetadata()
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", errand.redirect),
            ("code_verifier", errand.verifier),
        ]
        var headers = [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")]
        if metadata.takesSecretInBody {
            form += [("client_id", provider.clientID), ("client_secret", provider.clientSecret.revealed)]
        } else {
            // RFC 6749, 2.3.1: both are form-encoded first.
            let pair = "\(FormText.encode(provider.clientID)):\(FormText.encode(provider.clientSecret.revealed))"
            headers.append(("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        }
        let response = try await http.send(
            OutboundRequest(
                method: "POST", url: metadata.tokenEndpoint, headers: headers.map { (name: $0.0, value: $0.1) },
                body: Array(FormText.encode(form).utf8), timeout: .seconds(10), maxResponseBytes: 256 << 10))
        guard response.status == 200, let json = try? JSON(parsing: response.body, depthLimit: 16),
            let text = json["id_token"]?.string
        else { throw OpenIDFault("the code was answered with status \(response.status) and no ID token") }
        let token = try IDToken(text)
        try await token.check(by: try await directory.key(for: token))
        return try IDToken.person(
            token.claims, issuer: provider.issuer, client: provider.clientID, nonce: errand.nonce, at: signIn.now)
    }

    private func enter(
        _ provider: OpenIDProvider, _ person: IDToken.Person, _ origin: SignInOrigin
    ) async throws -> SignedIn? {
        guard let member = try await member(provider, person, origin) else { return nil }
        let isKnown = try await signIn.knows(origin.device, member.id)
        return try await control.transaction { tx in
            // Disabled meanwhile.
            guard let row = try await tx.query(StaffStore.find(member.id)).first else { return nil }
            let now = try StaffStore.member(row)
            guard now.state == .active else { return nil }
            return try await signIn.enter(now, .openIDConnect, isKnown: isKnown, origin, tx)
        }
    }

    /// Who it is; linked for good when this is the first time.
    private func member(
        _ provider: OpenIDProvider, _ person: IDToken.Person, _ origin: SignInOrigin
    ) async throws -> StaffMember? {
        try await control.transaction { tx in
            if let row = try await tx.query(OpenIDStore.member(provider.issuer, person.subject)).first {
                let member = try StaffStore.member(row)
                return member.state == .active ? member : nil
            }
            guard let email = person.verifiedEmail,
                let row = try await tx.query(OpenIDStore.unlinked(email: email, at: provider.issuer)).first
            else { return nil }
            let member = try StaffStore.member(row)
            _ = try await tx.query(OpenIDStore.link(member.id, provider.issuer, person.subject))
            try await audit.enter(
                AuditRecord(
                    "identity.linked", .init("staff", member.id),
                    Cause(.staff(member), requestID: origin.requestID), after: ["provider": .string(provider.name)]),
                in: .control, tx)
            return member
        }
    }

    private func complain(_ provider: String, _ error: any Error) {
        // Neither kind quotes what the provider or the person said.
        let known = (error as? OpenIDFault)?.description ?? (error as? OutboundError)?.kind.rawValue
        logger.warning(
            "signing in by a provider failed",
            metadata: ["provider": "\(provider)", "error": "\(known ?? "\(type(of: error))")"])
    }

    // MARK: - What is kept meanwhile

    private static func context(_ token: RandomToken) -> SealContext {
        let bytes = token.hash
        let row = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        return SealContext(table: "sign_in_steps", column: "details_sealed", row: row, tenant: .controlPlane)
    }

    private func seal(_ errand: Errand, _ token: RandomToken) throws -> [UInt8] {
        var json = JSONObject([
            ("provider", .string(errand.provider)), ("state", .string(errand.state)), ("nonce", .string(errand.nonce)),
            ("verifier", .string(errand.verifier)), ("redirect", .string(errand.redirect)),
        ])
        json["return_to"] = errand.returnTo.map { .string($0) }
        return try key.seal(JSON.object(json).encoded(), Self.context(token))
    }

    private func open(_ row: PostgresRow, _ token: RandomToken) throws -> Errand? {
        guard let sealed = try row.decode("details_sealed", as: [UInt8]?.self) else { return nil }
        let json = try JSON(parsing: try key.open(sealed, Self.context(token)))
        guard let provider = json["provider"]?.string, let state = json["state"]?.string,
            let nonce = json["nonce"]?.string, let verifier = json["verifier"]?.string,
            let redirect = json["redirect"]?.string
        else { return nil }
        return Errand(
            provider: provider, state: state, nonce: nonce, verifier: verifier, redirect: redirect,
            returnTo: json["return_to"]?.string)
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
    }
}
