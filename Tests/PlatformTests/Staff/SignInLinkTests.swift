import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct SignInLinkTests {
    private func setUp(_ door: Door, _ token: Secret<String>, _ name: String = "ada", _ password: String? = nil)
        async throws
        -> LinkOutcome
    {
        try await door.signIn.setUp(
            token, email: Personal("\(name)@provider.example"), name: Personal(name), language: .german,
            password: password.map { Secret($0) } ?? Door.password, from: Door.from())
    }

    private func isOver(_ outcome: LinkOutcome) -> Bool { if case .over = outcome { true } else { false } }

    @Test func `the first owner comes in by a token that is good once`() async throws {
        try await Region.with { region in
            let door = Door(region)
            _ = try await region.installation.staff.localOwner(.system)
            let void = try await door.signIn.firstOwnerToken(.system)
            let token = try await door.signIn.firstOwnerToken(.system)
            #expect(isOver(try await setUp(door, void)), "a new token makes the one before it void")
            await expectError(.invalid, field: "password") { _ = try await setUp(door, token, "ada", "kurz") }
            await expectError(.invalid) { _ = try await setUp(door, token, " ") }
            guard case .enrolment(let step) = try await setUp(door, token) else { throw Door.Unexpected() }
            let signedIn = try await door.enter(step, try await door.authenticator(step))
            #expect(signedIn.member.roles == [.owner] && signedIn.recoveryCodes?.count == 10)
            #expect(isOver(try await setUp(door, token, "eve")))
            await expectError(.conflict) { try await door.signIn.firstOwnerToken(.system) }
        }
    }

    @Test func `it is good for half an hour`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let token = try await door.signIn.firstOwnerToken(.system)
            door.clock.pass(1800)
            #expect(isOver(try await setUp(door, token)))
        }
    }

    @Test func `of two who use it at the same time one becomes the owner`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let token = try await door.signIn.firstOwnerToken(.system)
            let done = await withTaskGroup(of: Bool.self) { group in
                for name in ["ada", "eve", "mallory"] {
                    group.addTask {
                        if case .enrolment = try? await setUp(door, token, name) { true } else { false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(done == 1)
            #expect(try await region.installation.staff.list().count == 1)
        }
    }

    @Test func `an owner who came meanwhile makes the token void`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let token = try await door.signIn.firstOwnerToken(.system)
            _ = try await region.colleague("bea", [.owner])
            await expectError(.conflict) { _ = try await setUp(door, token) }
        }
    }

    @Test func `whoever resets sets password and authenticator anew, and nothing from before opens`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let (ada, old, before) = try await door.member()
            let token = try await door.signIn.resetToken(for: ada.id, .system)
            #expect(try await door.signIn.sessions.authenticate(before.cookie) != nil, "good until the link is used")
            let fresh = Secret("dreizehn grüne hunde")
            guard case .enrolment(let step) = try await door.signIn.reset(token, password: fresh, from: Door.from())
            else { throw Door.Unexpected() }
            #expect(try await door.signIn.sessions.authenticate(before.cookie) == nil)
            #expect(try await door.tried("ada@provider.example", Door.password) == "refused")
            let authenticator = try await door.authenticator(step)
            #expect(authenticator.secret.revealed != old.secret.revealed)
            let recovery = try #require(before.recoveryCodes?.first).revealed
            guard case .refused = try await door.signIn.confirm(step, code: recovery, from: Door.from()) else {
                throw Door.Unexpected()
            }
            _ = try await door.enter(step, authenticator)
            #expect(isOver(try await door.signIn.reset(token, password: fresh, from: Door.from())))
            #expect(
                try await region.trail("password.") == ["password.reset done", "password.reset done"])
        }
    }

    @Test func `a link of somebody who was disabled opens nothing, and lasts a day`() async throws {
        try await Region.with { region in
            let door = Door(region)
            let bea = try await region.colleague("bea", [.support])
            let token = try await door.signIn.resetToken(for: bea.id, .system)
            _ = try await region.installation.staff.change(bea.id, StaffChange(state: .disabled), .system)
            #expect(isOver(try await door.signIn.reset(token, password: Door.password, from: Door.from())))
            await expectError(.notFound) { try await door.signIn.resetToken(for: bea.id, .system) }
            _ = try await region.installation.staff.change(bea.id, StaffChange(state: .active), .system)
            #expect(isOver(try await door.signIn.reset(token, password: Door.password, from: Door.from())))
            let late = try await door.signIn.resetToken(for: bea.id, .system)
            door.clock.pass(86_400)
            #expect(isOver(try await door.signIn.reset(late, password: Door.password, from: Door.from())))
        }
    }
}
