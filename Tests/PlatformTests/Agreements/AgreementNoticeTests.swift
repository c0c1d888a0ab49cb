import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// A plugin that passes on something new: told beforehand, held back until then, and kept off for whoever objects.
@Suite struct AgreementNoticeTests {
    /// A second channel plugin, with a data flow that no agreement names yet.
    private static let newcomer = Messenger(name: "newcomer", passingTo: "Newcomer SARL", in: "FR")

    @Test
    func
        `a new data flow is announced with the right difference; objection keeps it off for one tenant and on for others`()
        async throws
    {
        try await Region.with { region in
            let (willing, unwilling) = (try await Parties(in: region), try await Parties(in: region))
            let agreements = [try await willing.conclude(), try await unwilling.conclude()]
            let keeperBefore = region.installation.notices
            for parties in [willing, unwilling] { #expect(try await keeperBefore.look(parties.tenant) == nil) }

            try await region.anotherProcess(with: Self.newcomer) { upgraded in
                let notices = upgraded.notices
                let now = Date()
                for (parties, agreement) in zip([willing, unwilling], agreements) {
                    let notice = try #require(try await notices.look(parties.tenant, at: now))
                    #expect(notice.agreement == agreement.id && notice.state == .open)
                    #expect(notice.objectionUntil == now.addingTimeInterval(30 * 86_400))
                    let named = notice.changes.filter { $0.sentence.english.contains("Newcomer SARL") }
                    #expect(named.map(\.subject) == [.recipient] && named.map(\.kind) == [.added])
                    #expect(named.allSatisfy { $0.mayObject && $0.annex == .subProcessors })
                    #expect(try await notices.look(parties.tenant, at: now) == nil, "told once")
                }
                for parties in [willing, unwilling] {
                    await expectError(.conflict) { try await parties.connect(Self.newcomer, in: upgraded) }
                }
                let open = try await notices.list(unwilling.tenant)[0]
                let objected = try await notices.object(
                    unwilling.tenant, open.id, by: Personal("Erika Beispiel"), reason: "Frankreich wollen wir nicht.",
                    unwilling.cause)
                #expect(objected.state == .objected)

                #expect(try await notices.takeEffect(at: now.addingTimeInterval(29 * 86_400)) == 0)
                #expect(try await notices.takeEffect(at: now.addingTimeInterval(30 * 86_400 + 1)) == 1)
                _ = try await willing.connect(Self.newcomer, in: upgraded)
                await expectError(.conflict) { try await unwilling.connect(Self.newcomer, in: upgraded) }
                for parties in [willing, unwilling] {
                    #expect(try await notices.look(parties.tenant) == nil, "nothing is left to tell")
                }
            }
        }
    }

    @Test func `a plugin in use whose flow changes is held back by the gate until the change takes effect`()
        async throws
    {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let agreement = try await parties.conclude()
            let company = try await Company(
                region.installation.tenants.find(parties.tenant), under: agreement, in: region)
            try await company.befriend(Person(1))
            try await company.send("vorher", to: Person(1).byPhone)
            let changed = Messenger(passingTo: "Somebody Else Ltd", in: "IE")
            try await region.anotherProcess(with: changed) { upgraded in
                await expectRefusal(.dataFlowNotCovered) {
                    _ = try await upgraded.sending.send(company.caller, company.request("jetzt", to: Person(1).byPhone))
                }
                let now = Date()
                try #require(try await upgraded.notices.look(parties.tenant, at: now) != nil)
                try await upgraded.notices.takeEffect(at: now.addingTimeInterval(31 * 86_400))
                _ = try await upgraded.sending.send(company.caller, company.request("nachher", to: Person(1).byPhone))
            }
        }
    }

    @Test func `after the period nobody can object, and who objected twice is told`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            _ = try await parties.conclude()
            try await region.anotherProcess(with: Self.newcomer) { upgraded in
                let past = Date(timeIntervalSinceNow: -31 * 86_400)
                let notice = try #require(try await upgraded.notices.look(parties.tenant, at: past))
                await expectError(.conflict) {
                    try await upgraded.notices.object(
                        parties.tenant, notice.id, by: Personal("Erika"), reason: "zu spät", parties.cause)
                }
            }
        }
    }
}
