import Foundation
import PluginKit
import Testing

@testable import Platform

/// The console's door, with a clock that a test sets and passwords that cost little.
struct Door: Sendable {
    let region: Region
    let clock = HandClock()
    let signIn: SignInService

    static let password = Secret("tausend blaue berge")

    init(_ region: Region) {
        self.region = region
        let (audit, key) = (region.installation.audit, DataKey.generate())
        let sessions = SessionService(
            control: region.control, audit: audit, key: key, clock: { [clock] in clock.now })
        signIn = SignInService(
            control: region.control, audit: audit, key: key, staff: region.installation.staff, sessions: sessions,
            hasher: PasswordHasher(cost: .init(logN: 10, r: 8, p: 1)), clock: { [clock] in clock.now })
    }

    static func from(_ source: String = "192.0.2.1", device: Secret<String>? = nil) -> SignInOrigin {
        SignInOrigin(source: Personal(source), device: device, agent: "Firefox", requestID: "r")
    }

    /// A member with password and authenticator: their codes, and what their browser holds.
    func member(_ name: String = "ada") async throws -> (StaffMember, OneTimeCode, SignedIn) {
        let member = try await region.colleague(name, [.owner])
        let link = try await signIn.resetToken(for: member.id, .system)
        guard case .enrolment(let step) = try await signIn.reset(link, password: Self.password, from: Self.from())
        else { throw Unexpected() }
        let code = try await authenticator(step)
        let signedIn = try await enter(step, code)
        return (member, code, signedIn)
    }

    func authenticator(_ step: Secret<String>) async throws -> OneTimeCode {
        guard let enrolment = try await signIn.enrolment(step) else { throw Unexpected() }
        return OneTimeCode(secret: Secret(Self.decoded(enrolment.secret.revealed)))
    }

    func enter(_ step: Secret<String>, _ code: OneTimeCode) async throws -> SignedIn {
        let text = code.code(at: OneTimeCode.step(at: clock.now))
        guard case .signedIn(let signedIn) = try await signIn.confirm(step, code: text, from: Self.from()) else {
            throw Unexpected()
        }
        clock.pass(60)
        return signedIn
    }

    /// What came of a password, in a word.
    func tried(
        _ email: String = "ada@provider.example", _ password: Secret<String> = Secret("falsch falsch 1"),
        _ origin: SignInOrigin = from()
    ) async throws -> String {
        switch try await signIn.signIn(email: Personal(email), password: password, from: origin) {
        case .refused: "refused"
        case .blocked(let end): "blocked \(Int(end.timeIntervalSince(clock.now)))"
        case .code: "code"
        case .enrolment: "enrolment"
        }
    }

    static func decoded(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = text.flatMap { character in
            let value = alphabet.firstIndex(of: character) ?? 0
            return (0..<5).map { value >> (4 - $0) & 1 }
        }
        return stride(from: 0, to: bits.count - 7, by: 8).map { start in
            UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
        }
    }

    struct Unexpected: Error {}
}

@Suite struct SignInTests {
    @Test func `password, then code, then a session; a code is good once`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, code, first) = try await door.member()
            #expect(first.recoveryCodes?.count == RecoveryCode.count && first.session.method == .setUp)
            guard
                case .code(let step) = try await door.signIn.signIn(
                    email: Personal(" ADA@provider.example "), password: Door.password, from: Door.from())
            else { throw Door.Unexpected() }
            #expect(try await door.signIn.enrolment(step) == nil, "the authenticator is not shown again")
            let text = code.code(at: OneTimeCode.step(at: door.clock.now))
            guard case .signedIn(let signedIn) = try await door.signIn.confirm(step, code: text, from: Door.from())
            else { throw Door.Unexpected() }
            #expect(
                signedIn.member.id == ada.id && signedIn.recoveryCodes == nil && signedIn.session.method == .password)
            #expect(try await door.signIn.sessions.authenticate(signedIn.cookie)?.member.id == ada.id)

            guard
                case .code(let second) = try await door.signIn.signIn(
                    email: ada.email, password: Door.password, from: Door.from())
            else { throw Door.Unexpected() }
            guard case .refused = try await door.signIn.confirm(second, code: text, from: Door.from()) else {
                throw Door.Unexpected()
            }
            guard case .over = try await door.signIn.confirm(step, code: text, from: Door.from()) else {
                throw Door.Unexpected()
            }
            door.clock.pass(601)
            let later = code.code(at: OneTimeCode.step(at: door.clock.now))
            guard case .over = try await door.signIn.confirm(second, code: later, from: Door.from()) else {
                throw Door.Unexpected()
            }
        }
    }

    @Test func `a code that comes twice at the same moment lets in once`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, code, _) = try await door.member()
            var steps: [Secret<String>] = []
            for _ in 0..<3 {
                guard
                    case .code(let step) = try await door.signIn.signIn(
                        email: ada.email, password: Door.password, from: Door.from())
                else { throw Door.Unexpected() }
                steps.append(step)
            }
            let text = code.code(at: OneTimeCode.step(at: door.clock.now))
            let entered = await withTaskGroup(of: Bool.self) { group in
                for step in steps {
                    group.addTask {
                        if case .signedIn = try? await door.signIn.confirm(step, code: text, from: Door.from()) {
                            return true
                        }
                        return false
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(entered == 1)
        }
    }

    @Test func `a recovery code stands in for the authenticator, once`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, _, first) = try await door.member()
            let code = try #require(first.recoveryCodes?.first).revealed
            for isGood in [true, false] {
                guard
                    case .code(let step) = try await door.signIn.signIn(
                        email: ada.email, password: Door.password, from: Door.from())
                else { throw Door.Unexpected() }
                let outcome = try await door.signIn.confirm(step, code: code.lowercased(), from: Door.from())
                if case .signedIn = outcome { #expect(isGood) } else { #expect(!isGood) }
            }
            // What is stored opens nothing.
            let stored = try await region.controlRows("SELECT code_hash::text AS hash FROM staff_recovery_codes")
            #expect(stored.count == RecoveryCode.count)
        }
    }

    @Test func `unknown and known accounts are answered alike, in the trail by id alone`() async throws {
        try await Region.with { region in
            let door = Door(region)
            _ = try await door.member()
            _ = try await region.colleague("bea", [.support])
            let disabled = try await region.colleague("cleo", [.support])
            _ = try await region.installation.staff.change(disabled.id, StaffChange(state: .disabled), .system)
            for email in ["ada", "bea", "cleo", "nobody"] {
                #expect(try await door.tried("\(email)@provider.example") == "refused")
            }
            for nonsense in ["", "x", "a\0@b", String(repeating: "a", count: 5000)] {
                #expect(try await door.tried(nonsense) == "refused")
            }
            #expect(
                try await door.tried("ada@provider.example", Secret(String(repeating: "a", count: 5000))) == "refused")
            let entries = try await region.controlRows("SELECT entry FROM audit_entries WHERE outcome = 'refused'").map
            {
                try $0.decode("entry", as: String.self)
            }
            #expect(entries.count == 9)
            #expect(!entries.contains { $0.contains("provider.example") || $0.contains("192.0.2.1") })
        }
    }

    @Test func `what strangers try slows down strangers, for a minute at most, and nobody in a browser that is known`()
        async throws
    {
        try await Region.with { region in
            let door = Door(region)
            let (_, _, stranger) = try await door.member("bea")
            let (_, _, first) = try await door.member()
            // From many addresses, so that only the account counts.
            for index in 0..<40 {
                _ = try await door.tried(
                    "ada@provider.example", Secret("falsch falsch 1"), Door.from("198.51.100.\(index)"))
                door.clock.pass(1)
            }
            #expect(try await door.tried().hasPrefix("blocked"))
            #expect(try await door.tried("nobody@provider.example") == "refused", "another account is free")
            // Not even the right password shows that it is right.
            #expect(try await door.tried("ada@provider.example", Door.password).hasPrefix("blocked"))
            let known = Door.from("198.51.100.7", device: first.device)
            #expect(try await door.tried("ada@provider.example", Door.password, known) == "code")
            // What another's browser is known for does not count.
            let foreign = Door.from("203.0.113.9", device: stranger.device)
            #expect(try await door.tried("ada@provider.example", Door.password, foreign).hasPrefix("blocked"))
            door.clock.pass(60)
            #expect(try await door.tried("ada@provider.example", Door.password) == "code", "never for longer")
        }
    }

    @Test func `one address cannot try one account after the other, and a browser that is known not without end`()
        async throws
    {
        try await Region.with { region in
            let door = Door(region)
            let (_, _, first) = try await door.member()
            for index in 0..<30 { #expect(try await door.tried("m\(index)@provider.example") == "refused") }
            #expect(try await door.tried("another@provider.example") == "blocked 2")
            #expect(try await door.tried("another@provider.example", Secret("x"), Door.from("192.0.2.2")) == "refused")
            let known = Door.from("192.0.2.1", device: first.device)
            for _ in 0..<5 {
                #expect(try await door.tried("ada@provider.example", Secret("falsch"), known) == "refused")
            }
            #expect(try await door.tried("ada@provider.example", Door.password, known) == "blocked 2")
            // While one has to wait, trying does not prolong it.
            door.clock.pass(2)
            #expect(try await door.tried("ada@provider.example", Door.password, known) == "code")
        }
    }

    @Test func `many tries at once are no more than one after the other`() async throws {
        try await Region.with { region in
            let door = Door(region)
            _ = try await door.member()
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<25 { group.addTask { (try? await door.tried()) ?? "error" } }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == "refused" }.count == 10)
            #expect(outcomes.filter { $0 == "blocked 2" }.count == 15)
        }
    }

    @Test func `codes cannot be tried without end`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, _, _) = try await door.member()
            guard
                case .code(let step) = try await door.signIn.signIn(
                    email: ada.email, password: Door.password, from: Door.from())
            else { throw Door.Unexpected() }
            var refused = 0
            for _ in 0..<20 {
                if case .refused = try await door.signIn.confirm(step, code: "000000", from: Door.from()) {
                    refused += 1
                }
            }
            #expect(refused == 5)
        }
    }

    @Test func `a password that cost less is hashed anew`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, _, _) = try await door.member()
            let old = try PasswordHash.make(Door.password, cost: .init(logN: 11, r: 8, p: 1))
            _ = try await region.control.query(SignInStore.setPassword(ada.id, old, at: door.clock.now))
            #expect(try await door.tried("ada@provider.example", Door.password) == "code")
            let stored = try await region.controlRows("SELECT hash FROM staff_passwords")[0].decode(
                "hash", as: String.self)
            #expect(stored.hasPrefix("$scrypt$ln=10,"))
            #expect(try await door.tried("ada@provider.example", Door.password) == "code")
        }
    }

    @Test func `what served its time is removed`() async throws {
        try await Region.with { region in
            let door = Door(region)
            _ = try await door.member()
            _ = try await door.tried()
            #expect(try await door.tried("ada@provider.example", Door.password) == "code")
            door.clock.pass(181 * 86_400)
            try await door.signIn.tidyUp()
            for table in ["sign_in_steps", "sign_in_failures", "staff_devices", "staff_sessions"] {
                #expect(try await region.controlRows("SELECT 1 FROM \(table)").count == 0, "\(table)")
            }
        }
    }
}
