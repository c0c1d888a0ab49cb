import Foundation
import PluginKit
import Synchronization
import Testing

@testable import Platform

/// A clock that a test sets.
final class HandClock: Sendable {
    private let date: Mutex<Date>
    init(_ date: Date = Date(timeIntervalSince1970: 1_800_000_000)) { self.date = Mutex(date) }
    var now: Date { date.withLock { $0 } }
    func pass(_ seconds: TimeInterval) { date.withLock { $0 += seconds } }
}

@Suite struct SessionTests {
    private struct Desk: Sendable {
        let region: Region
        let clock = HandClock()
        let sessions: SessionService
        let ada: StaffMember

        init(_ region: Region) async throws {
            self.region = region
            sessions = SessionService(
                control: region.control, audit: region.installation.audit, key: .generate(),
                limits: SessionLimits(absolute: 12 * 3600, idle: 3600), clock: { [clock] in clock.now })
            ada = try await region.colleague("ada", [.owner])
        }

        func begin() async throws -> (ConsoleSession, Secret<String>) {
            try await region.control.transaction { tx in
                try await sessions.begin(ada, .password, agent: "Firefox\0", Cause(.staff(ada)), tx)
            }
        }
    }

    @Test func `a session ends an hour after its last use`() async throws {
        try await Region.with { region in
            let desk = try await Desk(region)
            let (_, cookie) = try await desk.begin()
            desk.clock.pass(3599)
            #expect(try await desk.sessions.authenticate(cookie) != nil)
            desk.clock.pass(3599)
            #expect(try await desk.sessions.authenticate(cookie) != nil, "its use is what counts")
            desk.clock.pass(3600)
            #expect(try await desk.sessions.authenticate(cookie) == nil)
        }
    }

    @Test func `a session ends twelve hours after its beginning, however much it is used`() async throws {
        try await Region.with { region in
            let desk = try await Desk(region)
            let (_, cookie) = try await desk.begin()
            for _ in 0..<23 {
                desk.clock.pass(1800)
                #expect(try await desk.sessions.authenticate(cookie) != nil)
            }
            desk.clock.pass(1800)
            #expect(try await desk.sessions.authenticate(cookie) == nil)
            #expect(try await desk.sessions.list(of: desk.ada.id).isEmpty)
        }
    }

    @Test func `a session is listed and ended by its member alone`() async throws {
        try await Region.with { region in
            let desk = try await Desk(region)
            let bea = try await region.colleague("bea", [.owner])
            let (session, cookie) = try await desk.begin()
            let (other, _) = try await desk.begin()
            #expect(try await desk.sessions.list(of: desk.ada.id).map(\.id) == [other.id, session.id])
            #expect(session.agent?.revealed == "Firefox")
            await expectError(.notFound) { try await desk.sessions.end(session.id, of: bea.id, .system) }
            try await desk.sessions.end(session.id, of: desk.ada.id, .system)
            try await desk.sessions.end(session.id, of: desk.ada.id, .system)
            #expect(try await desk.sessions.authenticate(cookie) == nil)
            #expect(try await region.trail("session.ended") == ["session.ended done"])
            desk.clock.pass(31 * 86_400)
            try await desk.sessions.removeOld()
            #expect(try await region.controlRows("SELECT 1 FROM staff_sessions").count == 0)
        }
    }

    @Test func `with other rights the cookie is another, and the old one opens nothing`() async throws {
        try await Region.with { region in
            let desk = try await Desk(region)
            _ = try await region.colleague("bea", [.owner])
            let (session, old) = try await desk.begin()
            _ = try await region.installation.staff.change(desk.ada.id, StaffChange(roles: [.auditor]), .system)
            let entrance = try #require(try await desk.sessions.authenticate(old))
            #expect(entrance.member.roles == [.auditor] && entrance.session.id == session.id)
            let fresh = try #require(entrance.renewed)
            #expect(try await desk.sessions.authenticate(old) == nil)
            #expect(try #require(try await desk.sessions.authenticate(fresh)).renewed == nil)
        }
    }

    @Test func `a form's token is of one session`() async throws {
        try await Region.with { region in
            let desk = try await Desk(region)
            let (one, two) = (SessionID.generate(), SessionID.generate())
            let token = desk.sessions.formToken(of: one)
            #expect(desk.sessions.isFormToken(token, of: one) && !desk.sessions.isFormToken(token, of: two))
            #expect(!desk.sessions.isFormToken("", of: one) && !desk.sessions.isFormToken(token + "0", of: one))
        }
    }

    @Test(arguments: ["", "x", String(repeating: "a", count: 43), String(repeating: "ä", count: 43)])
    func `what is no cookie of ours opens nothing`(_ text: String) async throws {
        try await Region.with { region in
            let found = try await region.installation.sessions.authenticate(Secret(text))
            #expect(found == nil)
        }
    }
}
