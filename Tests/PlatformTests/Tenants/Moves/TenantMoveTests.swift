import Foundation
import PluginKit
import Postgres
import Signing
import Synchronization
import Testing

@testable import Platform

/// Two databases a test, of the few that are lent: one such test at a time.
@Suite(.serialized) struct TenantMoveTests {
    @Test
    func `after a move everything reads the same, is sealed by the new region's keys, and nothing is left behind`()
        async throws
    {
        try await TwoRegions.with { two in
            let region = two.region
            let (mover, neighbour) = (try await Mover(in: two), try await Mover(in: two))
            let (before, told) = (try await two.counts(mover.id, in: region.database), try await mover.told())
            for (table, rows) in before { #expect(rows > 0, "\(table) must hold something") }
            let others = try await two.counts(neighbour.id, in: region.database)
            let waiting = try await mover.company.messages(.outbound).filter { $0.state == "accepted" }.count
            #expect(waiting == 3)
            // What the target numbers by itself is ahead or behind as it may be.
            _ = try await two.other.query(
                PostgresQuery("test.sequence", "SELECT nextval(pg_get_serial_sequence('queue_jobs', 'job_id'))"))

            let planned = try await two.plan(mover.id)
            await two.work()
            let move = try #require(try await two.move(of: mover.id))
            #expect(move.id == planned.id && move.state == .done && move.failure == nil)
            let tenant = try await region.installation.tenants.find(mover.id)
            #expect(tenant.region == TwoRegions.otherName && tenant.shard == TwoRegions.otherShard)
            #expect(tenant.revision > mover.company.tenant.revision && tenant.state == .active)

            var left = try await two.counts(mover.id, in: region.database)
            #expect(left.removeValue(forKey: "tenant_standing") == 1)
            for (table, rows) in left { #expect(rows == 0, "\(table)") }
            #expect(try await two.movement(mover.id, in: region.database) == "left")
            #expect(try await two.movement(mover.id, in: two.other) == "none")
            #expect(try await two.counts(mover.id, in: two.other) == before)
            #expect(try await two.counts(neighbour.id, in: region.database) == others)
            #expect(move.rows == before.filter { $0.key != "tenant_standing" })

            // Another process, which unwraps the keys itself.
            try await region.anotherProcess { other in
                let (own, theirs) = (try await mover.told(by: other), try await neighbour.told(by: other))
                #expect(own == told && theirs.count == told.count)
            }
            #expect(try await mover.send("Hallo", to: Person(1), key: "key").replayed)
            region.messenger.answer { .accepted($0) }
            try await mover.send("danach", to: Person(3))
            try await mover.deliver()
            let texts = region.messenger.deliveries.filter { $0.channel == mover.company.channel.address }.map(\.text)
            #expect(texts == ["Hallo", "lost", "waits 1", "waits 2", "waits 3", "danach"])
            // The chain of consents goes on where it was.
            let caller = try await mover.caller
            let people = try await two.installation.reading.contacts(caller, PageRequest(limit: 200)).items
            _ = try await two.installation.withdrawals.withdraw(caller, people[0].id, WithdrawalRequest())
            let consents = try await two.installation.consentVerifier.verify(mover.id)[0]
            #expect(consents.isWhole && consents.events == (before["consent_events"] ?? 0) + 1, "\(consents.findings)")
            try await certified(move, two)
        }
    }

    private func certified(_ move: TenantMove, _ two: TwoRegions) async throws {
        let certificate = try await two.installation.moves.certificate(of: move.tenant)
        let seal = try #require(certificate.seal)
        let signer = try #require(two.region.configuration.sealing).identity.certificate
        #expect(try CMSSeal.verify(seal, over: Array(certificate.text.utf8), trusting: [signer]).signer == signer)
        let told = try JSON(parsing: Array(certificate.text.utf8))
        for (table, rows) in move.rows ?? [:] { #expect(told["rows_destroyed"]?[table]?.int == rows, "\(table)") }
        #expect(told["wrapped_keys_destroyed"]?.array?.count == 2)
        let trail = try await two.region.trail("move.", in: .tenant(move.tenant))
        #expect(trail == ["move.planned done", "move.begun done", "move.switched done", "move.finished done"])
    }

    @Test(arguments: TenantMover.Step.allCases)
    func `a process that dies after any step leaves a move that the next finishes`(step: TenantMover.Step) async throws
    {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            let (before, told) = (try await two.counts(mover.id, in: two.region.database), try await mover.told())
            try await two.plan(mover.id)
            let reached = Latch()
            await two.work(after: { now in
                guard now == step else { return }
                reached.open()
                // As a process does that is killed: nothing of what follows happens here.
                throw CancellationError()
            })
            #expect(reached.isOpen)
            #expect(try await two.move(of: mover.id)?.isOpen == true)
            try await two.region.anotherProcess { other in
                await TenantMoveWorker(mover: other.mover, logger: .quiet).look()
            }
            #expect(try await two.move(of: mover.id)?.state == .done)
            #expect(try await two.counts(mover.id, in: two.other) == before)
            let left = try await two.counts(mover.id, in: two.region.database)
            #expect(left.filter { $0.value > 0 }.keys.sorted() == ["tenant_standing"])
            #expect(try await mover.told() == told)
        }
    }

    @Test(arguments: [TenantMover.Step.agreed, .paused, .closed, .alone, .expected, .copied])
    func `a move that is cancelled before the switch leaves the tenant where it was, and nothing elsewhere`(
        step: TenantMover.Step
    ) async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            let (before, told) = (try await two.counts(mover.id, in: two.region.database), try await mover.told())
            try await two.plan(mover.id)
            await two.work(after: { now in
                guard now == step else { return }
                _ = try await two.installation.moves.cancel(mover.id, reason: "doch nicht", .system)
            })
            await two.work()
            #expect(try await two.move(of: mover.id)?.state == .cancelled)
            #expect(try await two.counts(mover.id, in: two.region.database) == before)
            #expect(try await two.counts(mover.id, in: two.other).allSatisfy { $0.value == 0 })
            #expect(try await mover.told() == told)
            try await mover.send("danach", to: Person(3))
            await expectError(.conflict) { try await two.installation.moves.cancel(mover.id, reason: nil, .system) }
            // A second try, to the end.
            try await two.plan(mover.id)
            await two.work()
            #expect(try await two.move(of: mover.id)?.state == .done)
        }
    }

    @Test func `after the switch it is too late to cancel, and the tenant can be moved back`() async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            let (before, told) = (try await two.counts(mover.id, in: two.region.database), try await mover.told())
            try await two.plan(mover.id)
            await two.work(after: { now in
                guard now == .switched else { return }
                await expectError(.conflict) { try await two.installation.moves.cancel(mover.id, reason: nil, .system) }
            })
            #expect(try await two.move(of: mover.id)?.state == .done)
            try await two.plan(mover.id, to: Region.name)
            await two.work()
            #expect(try await two.move(of: mover.id)?.state == .done)
            #expect(try await two.counts(mover.id, in: two.region.database) == before)
            #expect(try await mover.told() == told)
        }
    }

    @Test func `what is not the same on both sides ends the move, and the target is emptied`() async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            let before = try await two.counts(mover.id, in: two.region.database)
            try await two.plan(mover.id)
            await two.work(after: { now in
                guard now == .copied else { return }
                // Somebody who is held by no policy damages the copy, and the process dies.
                _ = try await two.other.query(
                    PostgresQuery("test.damage", "UPDATE messages SET type = 'image' WHERE tenant_id = $1", [mover.id]))
                throw CancellationError()
            })
            await two.work()
            let move = try #require(try await two.move(of: mover.id))
            #expect(move.state == .failed && move.failure?.contains("messages") == true)
            #expect(try await two.counts(mover.id, in: two.other).allSatisfy { $0.value == 0 })
            #expect(try await two.counts(mover.id, in: two.region.database) == before)
            try await mover.send("danach", to: Person(3))
        }
    }

    @Test func `a target that has something of the tenant already ends the move, and is left as it is`() async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            _ = try await two.other.query(
                PostgresQuery(
                    "test.stray", "INSERT INTO tenant_standing (tenant_id, tenant_state) VALUES ($1, 'active')",
                    [mover.id]))
            try await two.plan(mover.id)
            await two.work()
            let move = try #require(try await two.move(of: mover.id))
            #expect(move.state == .failed && move.failure?.contains("already") == true)
            #expect(try await two.movement(mover.id, in: two.other) == "none")
            try await mover.send("danach", to: Person(3))
        }
    }

    @Test func `more than fits into one portion arrives whole, with rows that point to others of later portions`()
        async throws
    {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            _ = try await two.region.rows(
                """
                WITH ids AS MATERIALIZED (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 800) n)
                INSERT INTO contacts (tenant_id, contact_id, key_id, key_sealed, name_sealed, merged_into)
                SELECT $1, i.id, gen_random_uuid(), sha256(i.id::text::bytea), decode(repeat(md5(i.id::text), 64), 'hex'), o.id
                FROM ids i LEFT JOIN ids o ON o.n = 801 - i.n AND i.n % 2 = 0
                """, [mover.id])
            let before = try await two.counts(mover.id, in: two.region.database)
            try await two.plan(mover.id)
            await two.work(.init(interval: .milliseconds(10), portion: 4096))
            #expect(try await two.move(of: mover.id)?.state == .done)
            #expect(try await two.counts(mover.id, in: two.other) == before)
            let linked = try await two.other.query(
                PostgresQuery(
                    "test.linked", "SELECT count(*) FROM contacts WHERE tenant_id = $1 AND merged_into IS NOT NULL",
                    [mover.id]))
            #expect(try linked[0].decode(0, as: Int.self) >= 400)
        }
    }
}
