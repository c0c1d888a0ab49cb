import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct PasswordChangeTests {
    static let new = Secret("neun stille weiher")

    /// What came of it, in a word.
    private static func changed(
        _ door: Door, _ ada: StaffMember, _ seat: SignedIn, old: Secret<String> = Door.password,
        new: Secret<String> = new, code: String, from origin: SignInOrigin = Door.from()
    ) async throws -> (word: String, cookie: Secret<String>?) {
        let outcome = try await door.signIn.changePassword(
            of: ada, in: seat.session.id, seat.cookie, from: old, to: new, code: code, origin)
        return switch outcome {
        case .refused: ("refused", nil)
        case .wrongCode: ("wrong code", nil)
        case .blocked(let end): ("blocked \(Int(end.timeIntervalSince(door.clock.now)))", nil)
        case .changed(let cookie): ("changed", cookie)
        }
    }

    private static func code(_ code: OneTimeCode, _ door: Door) -> String {
        code.code(at: OneTimeCode.step(at: door.clock.now))
    }

    @Test func `another password ends the other sessions, renews this one's cookie and what was begun is over`()
        async throws
    {
        try await Region.with { region in
            let door = Door(region)
            let (ada, code, first) = try await door.member()
            guard
                case .code(let step) = try await door.signIn.signIn(
                    email: ada.email, password: Door.password, from: Door.from())
            else { throw Door.Unexpected() }
            let second = try await door.enter(step, code)
            guard
                case .code(let begun) = try await door.signIn.signIn(
                    email: ada.email, password: Door.password, from: Door.from())
            else { throw Door.Unexpected() }

            let (word, cookie) = try await Self.changed(door, ada, second, code: Self.code(code, door))
            #expect(word == "changed")
            let sessions = door.signIn.sessions
            #expect(try await sessions.authenticate(first.cookie) == nil)
            #expect(try await sessions.authenticate(second.cookie) == nil, "the cookie from before opens nothing")
            let renewed = try #require(cookie)
            #expect(try await sessions.authenticate(renewed)?.session.id == second.session.id)
            #expect(try await sessions.list(of: ada.id).map(\.id) == [second.session.id])
            door.clock.pass(60)
            guard case .over = try await door.signIn.confirm(begun, code: Self.code(code, door), from: Door.from())
            else { throw Door.Unexpected() }
            #expect(try await door.tried(ada.email.revealed, Door.password) == "refused")
            #expect(try await door.tried(ada.email.revealed, Self.new) == "code")

            let entries = try await region.controlRows(
                "SELECT entry FROM audit_entries WHERE action = 'password.changed'"
            ).map { try $0.decode("entry", as: String.self) }
            #expect(entries.count == 1 && entries[0].contains("\"sessions_ended\":1"))
        }
    }

    @Test(arguments: [
        ("falsch falsch 1", nil, "refused"), ("tausend blaue berge", "000000", "wrong code"),
        ("tausend blaue berge", "", "wrong code"), (String(repeating: "x", count: 2000), nil, "refused"),
    ])
    func `with the wrong password or code nothing changes`(old: String, code: String?, word: String) async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, authenticator, seat) = try await door.member()
            let given = code ?? Self.code(authenticator, door)
            #expect(try await Self.changed(door, ada, seat, old: Secret(old), code: given).word == word)
            #expect(try await door.signIn.sessions.authenticate(seat.cookie) != nil)
            #expect(try await door.tried(ada.email.revealed, Door.password) == "code")
        }
    }

    @Test func `wrong passwords and codes wait as at signing in, in a browser that is known`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, code, seat) = try await door.member()
            let known = Door.from(device: seat.device)
            for _ in 0..<SignInThrottle.free(.device) - 1 {
                #expect(
                    try await Self.changed(door, ada, seat, old: Secret("falsch falsch 1"), code: "", from: known).word
                        == "refused")
            }
            #expect(try await Self.changed(door, ada, seat, code: "000000", from: known).word == "wrong code")
            let right = Self.code(code, door)
            #expect(try await Self.changed(door, ada, seat, code: right, from: known).word == "blocked 2")
            #expect(try await door.tried(ada.email.revealed, Door.password, known) == "blocked 2", "the same count")
            door.clock.pass(3)
            #expect(
                try await Self.changed(door, ada, seat, code: Self.code(code, door), from: known).word == "changed")
        }
    }

    @Test func `a password that anybody would try is refused before anything is counted`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, _, seat) = try await door.member()
            for bad in ["kurz", "passwort1234", ada.email.revealed] {
                await #expect(throws: PlatformError.self) {
                    _ = try await Self.changed(door, ada, seat, old: Secret("x"), new: Secret(bad), code: "")
                }
            }
            #expect(try await door.signIn.hasPassword(ada.id))
        }
    }
}
