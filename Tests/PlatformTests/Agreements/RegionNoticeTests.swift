import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Whom a region's operator engages: told beforehand, and held back for whom did not agree.
@Suite struct RegionNoticeTests {
    private static func day(in days: Double) -> String {
        String(Date(timeIntervalSinceNow: days * 86_400).rfc3339.prefix(10))
    }

    private func company(of parties: Parties) async throws -> Company {
        let agreement = try await parties.conclude()
        let company = try await Company(
            parties.region.installation.tenants.find(parties.tenant), under: agreement, in: parties.region)
        try await company.befriend(Person(1))
        return company
    }

    private func send(_ company: Company, by process: Installation) async throws {
        _ = try await process.sending.send(company.caller, company.request("Hallo", to: Person(1).byPhone))
    }

    @Test func `a sub-processor that is announced holds nothing until its day, and then only whom did not agree`()
        async throws
    {
        try await Region.with { region in
            let (willing, unwilling) = (try await Parties(in: region), try await Parties(in: region))
            let companies = [try await company(of: willing), try await company(of: unwilling)]
            let (willingly, unwillingly) = (companies[0], companies[1])
            let now = Date()
            try await region.anotherProcess(declaring: ["sub_processors": "Hands Oy from \(Self.day(in: 40))"]) {
                process in
                for parties in [willing, unwilling] {
                    let notice = try #require(try await process.notices.look(parties.tenant, at: now))
                    #expect(notice.changes.map(\.subject) == [.regionSubProcessor])
                    #expect(notice.changes[0].sentence.english.contains("Hands Oy (from \(Self.day(in: 40)))"))
                    #expect(try await process.notices.look(parties.tenant, at: now) == nil, "told once")
                }
                for company in companies { try await send(company, by: process) }
                let open = try await process.notices.list(unwilling.tenant)[0]
                _ = try await process.notices.object(
                    unwilling.tenant, open.id, by: Personal("Erika Beispiel"), reason: "Den nicht.", unwilling.cause)
                #expect(try await process.notices.takeEffect(at: now.addingTimeInterval(31 * 86_400)) == 1)
                for company in companies { try await send(company, by: process) }
                for parties in [willing, unwilling] {
                    #expect(try await process.notices.look(parties.tenant) == nil, "nothing is left to tell")
                }
            }
            // The day has come.
            try await region.anotherProcess(declaring: ["sub_processors": "Hands Oy from \(Self.day(in: -1))"]) {
                process in
                try await send(willingly, by: process)
                await expectRefusal(.regionNotCovered) { try await send(unwillingly, by: process) }
                await expectError(.conflict) { try await unwilling.connect(region.messenger, in: process) }
                for parties in [willing, unwilling] { #expect(try await process.notices.look(parties.tenant) == nil) }
                // A new agreement names what is so.
                _ = try await process.agreements.conclude(unwilling)
                try await send(unwillingly, by: process)
            }
        }
    }

    @Test func `a change that nobody announced holds at once what was concluded, until the period is over`()
        async throws
    {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let concluded = try await company(of: parties)
            let recorded = try await Company(in: region)
            try await recorded.befriend(Person(1))
            try await region.anotherProcess(declaring: ["operator": "Somebody Else AG"]) { process in
                try await send(recorded, by: process)
                await expectRefusal(.regionNotCovered) { try await send(concluded, by: process) }
                let now = Date()
                try #require(try await process.notices.look(parties.tenant, at: now) != nil)
                await expectRefusal(.regionNotCovered) { try await send(concluded, by: process) }
                try await process.notices.takeEffect(at: now.addingTimeInterval(31 * 86_400))
                try await send(concluded, by: process)
            }
        }
    }

    @Test func `what is queued waits while the region is not covered`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let company = try await company(of: parties)
            let message = try await company.send("wartet", to: Person(1).byPhone)
            // Concluded about another region's facts.
            let held = "region/\(Region.name)/0000000000000000"
            for (keys, state) in [([held], "accepted"), ([String](), "sent")] {
                _ = try await region.rows(
                    """
                    UPDATE tenant_standing SET covered_flows = $2::text[] || ARRAY(
                        SELECT f FROM unnest(covered_flows) f WHERE f NOT LIKE 'region/%')
                    WHERE tenant_id = $1
                    """, [company.id, keys])
                try await region.letTimePass()
                try await Hand(in: region).work()
                let found = try await region.rows("SELECT state FROM messages WHERE message_id = $1", [message])
                #expect(try found[0].decode("state", as: String.self) == state)
            }
        }
    }

    @Test func `an agreement from before regions were covered is not held, and takes them down with its next notice`()
        async throws
    {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let company = try await company(of: parties)
            let former = """
                SET covered_flows = ARRAY(SELECT f FROM unnest(covered_flows) f WHERE f NOT LIKE 'region/%')
                WHERE tenant_id = $1
                """
            _ = try await region.controlRows("UPDATE agreements \(former)", [company.id])
            _ = try await region.rows("UPDATE tenant_standing \(former)", [company.id])
            try await region.anotherProcess(declaring: ["sub_processors": "Hands Oy"]) { process in
                try await send(company, by: process)
                let now = Date()
                try #require(try await process.notices.look(parties.tenant, at: now) != nil)
                try await process.notices.takeEffect(at: now.addingTimeInterval(31 * 86_400))
                try await send(company, by: process)
            }
            try await region.anotherProcess(declaring: ["sub_processors": "Hands Oy, Cable SARL"]) { process in
                await expectRefusal(.regionNotCovered) { try await send(company, by: process) }
            }
        }
    }
}

extension AgreementService {
    /// An agreement in force, on the long way, by this process.
    fileprivate func conclude(_ parties: Parties) async throws -> Agreement {
        let draft = try await draft(parties.tenant, Parties.draft, parties.cause)
        let offer = try await offer(parties.tenant, draft.id, days: 14, parties.cause)
        _ = try await accept(offer.link.revealed, Parties.acceptance)
        return try await countersign(parties.tenant, draft.id, parties.cause)
    }
}
