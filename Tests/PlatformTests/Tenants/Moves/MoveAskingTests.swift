import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Who is asked before a tenant moves: a second member of staff, and the tenant where its agreement names the region.
@Suite(.serialized) struct MoveAskingTests {
    private static let (here, there, third) = (RegionID("here")!, RegionID("there")!, RegionID("third")!)
    private static let served: [ShardID: RegionID] = [
        ShardID("here-1")!: here, ShardID("here-2")!: here, ShardID("there-1")!: there, ShardID("there-2")!: there,
    ]

    @Test(
        arguments: [
            ("there", nil, "there-1"), ("there", "there-2", "there-2"), ("here", "here-2", "here-2"),
            ("here", nil, nil), ("here", "here-1", nil), ("there", "here-2", nil), ("third", nil, nil),
            ("there", "there-3", nil),
        ] as [(String, String?, String?)])
    func `a move leads to another shard that is served, and by itself to where new tenants go`(
        region: String, shard: String?, wanted: String?
    ) throws {
        let tenant = Tenant(
            id: .generate(), name: "Praxis", region: Self.here, shard: ShardID("here-1")!, state: .active,
            createdAt: Date(), revision: 1, stateSince: Date())
        let found = try? MoveRule.target(
            tenant, region: RegionID(region)!, shard: shard.map { ShardID($0)! }, served: Self.served, isMoving: false)
        #expect(found?.shard.rawValue == wanted)
        #expect(throws: MoveRule.Refusal.underWay) {
            try MoveRule.target(tenant, region: Self.there, shard: nil, served: Self.served, isMoving: true)
        }
        for state in [TenantState.terminated, .erased] {
            var over = tenant
            over.state = state
            #expect(throws: MoveRule.Refusal.over(state)) {
                try MoveRule.target(over, region: Self.there, shard: nil, served: Self.served, isMoving: false)
            }
        }
    }

    @Test func `nothing moves without a second member, nor twice at once, nor of a tenant that is over`() async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            let member = try await two.region.colleague("ask", [.operations])
            @Sendable func ask(_ region: RegionID) async throws -> Approval {
                try await two.installation.askToChangeRegion(
                    mover.id, to: region, reason: "r", Cause(.staff(member)))
            }
            await expectError(.conflict) { try await ask(Region.name) }
            await expectError(.invalid, field: "region") { try await ask(RegionID("nowhere")!) }
            let asked = try await ask(TwoRegions.otherName)
            await expectError(.forbidden) {
                try await two.installation.approvals.decide(asked.id, .approve, reason: nil, Cause(.staff(member)))
            }
            await two.work()
            #expect(try await two.move(of: mover.id) == nil)
            _ = try await two.installation.approvals.withdraw(asked.id, reason: nil, Cause(.staff(member)))
            try await two.plan(mover.id)
            await expectError(.conflict) { try await ask(TwoRegions.otherName) }
            _ = try await two.installation.tenants.terminate(mover.id, reason: "gekündigt", erasureDelay: 0, .system)
            // Two that take rows away must not meet.
            await expectError(.conflict) { try await two.installation.erasure.erase(mover.id, .system) }
            await two.work()
            await two.work()
            #expect(try await two.move(of: mover.id)?.state == .cancelled)
            await expectError(.conflict) { try await ask(TwoRegions.otherName) }
            _ = try await two.installation.erasure.erase(mover.id, .system)
        }
    }

    @Test
    func `under an agreement with known annexes the tenant is told first, and moved when its time to object is over`()
        async throws
    {
        try await TwoRegions.with { two in
            let parties = try await Parties(in: two.region)
            let agreement = try await parties.conclude()
            let company = try await Company(
                two.installation.tenants.find(parties.tenant), under: agreement, in: two.region)
            try await company.befriend(Person(1))
            let notices = two.installation.notices
            try await two.plan(parties.tenant)
            await two.work()
            #expect(try await two.move(of: parties.tenant)?.state == .waitingForNotice)
            let notice = try #require(try await notices.list(parties.tenant).first)
            let subjects = notice.changes.map(\.sentence.english).joined(separator: "\n")
            #expect(
                subjects.contains("eu-other") && subjects.contains("France") && notice.changes.allSatisfy(\.mayObject))
            // The standing look finds nothing to tell besides, and nothing is held yet.
            #expect(try await notices.look(parties.tenant) == nil)
            await two.work()
            #expect(try await notices.list(parties.tenant).count == 1)
            try await company.send("noch hier", to: Person(1).byPhone)
            #expect(try await notices.takeEffect(at: notice.objectionUntil.addingTimeInterval(1)) == 1)
            await two.work()
            #expect(try await two.move(of: parties.tenant)?.state == .done)
            #expect(try await notices.look(parties.tenant) == nil, "the annexes name where it lives")
            #expect(try await notices.list(parties.tenant).count == 1)
        }
    }

    @Test func `an objection cancels the move, and another try is told anew`() async throws {
        try await TwoRegions.with { two in
            let parties = try await Parties(in: two.region)
            _ = try await parties.conclude()
            let notices = two.installation.notices
            for round in 1...2 {
                let move = try await two.plan(parties.tenant)
                await two.work()
                let notice = try #require(try await notices.list(parties.tenant).first)
                #expect(notice.state == .open)
                _ = try await notices.object(
                    parties.tenant, notice.id, by: Personal("Erika Beispiel"), reason: "Frankreich wollen wir nicht.",
                    parties.cause)
                await two.work()
                await two.work()
                let ended = try #require(try await two.move(of: parties.tenant))
                #expect(ended.id == move.id && ended.state == .cancelled && ended.heldAt == nil)
                #expect(try await notices.look(parties.tenant) == nil)
                #expect(
                    try await notices.list(parties.tenant).map(\.state) == .init(repeating: .objected, count: round))
            }
            #expect(try await two.installation.tenants.find(parties.tenant).region == Region.name)
        }
    }

    @Test func `staff who cancel while the tenant is asked take the notice back`() async throws {
        try await TwoRegions.with { two in
            let parties = try await Parties(in: two.region)
            _ = try await parties.conclude()
            try await two.plan(parties.tenant)
            await two.work()
            _ = try await two.installation.moves.cancel(parties.tenant, reason: "doch nicht", parties.cause)
            #expect(try await two.installation.notices.look(parties.tenant) == nil)
            await two.work()
            #expect(try await two.move(of: parties.tenant)?.state == .cancelled)
            #expect(try await two.installation.notices.list(parties.tenant).map(\.state) == [.withdrawn])
        }
    }
}
