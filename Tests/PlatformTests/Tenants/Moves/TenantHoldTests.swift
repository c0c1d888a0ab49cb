import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Nothing of a tenant changes while it is copied, whoever tries.
@Suite(.serialized) struct TenantHoldTests {
    /// What the database says to a statement.
    private enum Answer: Equatable { case done(Int), refused, other(String) }

    private func attempt(_ client: PostgresClient, _ tenant: TenantID, _ sql: String) async -> Answer {
        do {
            let rows = try await client.transactionBatch(
                settings: asTenant(tenant), [PostgresQuery("test.attempt", sql, [tenant])])
            return .done(rows[0].affectedRows)
        } catch let error as PostgresError {
            return error.sqlState == .tenantMoving ? .refused : .other("\(error)")
        } catch {
            return .other("\(error)")
        }
    }

    @Test func `from the second mark on the database itself refuses every change of the tenant, and of no other`()
        async throws
    {
        try await TwoRegions.with { two in
            let (mover, neighbour) = (try await Mover(in: two), try await Mover(in: two))
            let before = try await two.counts(mover.id, in: two.region.database)
            let tables = try await two.tables().filter { $0 != "tenant_standing" }
            try await two.plan(mover.id)
            await two.work(after: { step in
                guard step == .closed else { return }
                for client in [try two.source.app, try two.source.worker] {
                    let name = client.configuration.username ?? ""
                    for table in tables {
                        let grants = try await two.region.rows(
                            """
                            SELECT has_table_privilege($1, $2, 'UPDATE') AS changes, has_table_privilege($1, $2, 'DELETE') AS removes,
                                   has_table_privilege($1, $2, 'INSERT') AND has_table_privilege($1, $2, 'SELECT') AS adds
                            """, [name, table])[0]
                        let update = "UPDATE \(table) SET tenant_id = tenant_id WHERE tenant_id = $1"
                        if try grants.decode("changes") {
                            #expect(await attempt(client, mover.id, update) == .refused, "\(name) \(table)")
                            let others = await attempt(client, neighbour.id, update)
                            #expect(others != .refused && others != .done(0), "\(name) \(table) \(others)")
                        }
                        if try grants.decode("removes") {
                            let gone = await attempt(client, mover.id, "DELETE FROM \(table) WHERE tenant_id = $1")
                            #expect(gone == .done(0), "\(name) \(table)")
                        }
                        // One that may give or see some columns alone is held by the same policies (`MoveCatalogueTests`).
                        guard try grants.decode("adds") else { continue }
                        let columns =
                            table == "queue_jobs"
                            ? "tenant_id, kind, lane_id, subject_id" : "*"
                        let target = columns == "*" ? table : "\(table) (\(columns))"
                        let added = await attempt(
                            client, mover.id,
                            "INSERT INTO \(target) SELECT \(columns) FROM \(table) WHERE tenant_id = $1 LIMIT 1")
                        // The head of a chain is refused before the policies are asked: it moves with its events alone.
                        let isRefused = added == .refused || table == "consent_chains" && added != .done(1)
                        #expect(isRefused, "\(name) \(table) \(added)")
                    }
                }
            })
            #expect(try await two.move(of: mover.id)?.state == .done)
            #expect(try await two.counts(mover.id, in: two.other) == before)
        }
    }

    @Test func `a transaction whose snapshot is older than the mark is waited for, and what it wrote moves too`()
        async throws
    {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            try await two.plan(mover.id)
            let (looked, closed, alone) = (Latch(), Latch(), Latch())
            let source = try two.source
            async let written: Void = source.app.transaction(
                settings: asTenant(mover.id), isolation: .repeatableRead, retries: 0
            ) { tx in
                // It has no transaction id yet, so that no snapshot shows that it may write.
                _ = try await tx.query(PostgresQuery("test.look", "SELECT count(*) FROM contacts"))
                looked.open()
                await closed.wait()
                _ = try await tx.query(
                    PostgresQuery(
                        "test.write",
                        """
                        INSERT INTO consents (tenant_id, contact_id, channel_id, purpose, state)
                        SELECT tenant_id, contact_id, channel_id, 'late', state FROM consents WHERE tenant_id = $1 LIMIT 1
                        """, [mover.id]))
                // Time enough for a mover that did not wait to come past.
                try await Task.sleep(for: .milliseconds(400))
                #expect(!alone.isOpen)
            }
            await looked.wait()
            await two.work(after: { step in
                if step == .closed { closed.open() }
                if step == .alone { alone.open() }
            })
            try await written
            #expect(try await two.move(of: mover.id)?.state == .done)
            let late = try await two.other.query(
                PostgresQuery(
                    "test.late", "SELECT count(*) FROM consents WHERE tenant_id = $1 AND purpose = 'late'", [mover.id]))
            #expect(try late[0].decode(0, as: Int.self) == 1)
        }
    }

    @Test func `another tenant that is being copied is not waited for`() async throws {
        try await TwoRegions.with { two in
            let (mover, neighbour) = (try await Mover(in: two), try await Mover(in: two))
            for tenant in [mover.id, neighbour.id] { try await two.plan(tenant) }
            let (held, ended) = (Latch(), Latch())
            let settings = asTenant(neighbour.id) + [("application_name", MovementStore.copying)]
            let source = try two.source
            async let copying: Void = source.worker.transaction(settings: settings, readOnly: true, retries: 0) { tx in
                _ = try await tx.query(PostgresQuery("test.look", "SELECT count(*) FROM contacts"))
                held.open()
                await ended.wait()
            }
            await held.wait()
            await two.work(.init(interval: .milliseconds(10), others: .milliseconds(200)))
            ended.open()
            try await copying
            #expect(try await two.move(of: mover.id)?.state == .done)
            #expect(try await two.move(of: neighbour.id)?.state == .done)
        }
    }

    @Test func `a transaction that does not end in time ends the move, and the tenant goes on`() async throws {
        try await TwoRegions.with { two in
            let mover = try await Mover(in: two)
            try await two.plan(mover.id)
            let (looked, ended) = (Latch(), Latch())
            let source = try two.source
            async let open: Void = source.app.transaction(settings: asTenant(mover.id), retries: 0) { tx in
                _ = try await tx.query(PostgresQuery("test.look", "SELECT count(*) FROM contacts"))
                looked.open()
                await ended.wait()
            }
            await looked.wait()
            await two.work(.init(interval: .milliseconds(10), others: .milliseconds(200)))
            ended.open()
            try await open
            let move = try #require(try await two.move(of: mover.id))
            #expect(move.state == .failed && move.failure?.contains("did not end in time") == true)
            try await mover.send("danach", to: Person(3))
        }
    }

    @Test(arguments: [TenantMover.Step.paused, .closed, .copied, .switched, .left, .emptied])
    func `meanwhile the tenant is told to come again, what arrives is left to the messenger, and neighbours go on`(
        step: TenantMover.Step
    ) async throws {
        try await TwoRegions.with { two in
            let region = two.region
            let (mover, neighbour) = (try await Mover(in: two), try await Mover(in: two))
            let company = mover.company
            try await two.plan(mover.id)
            let reached = Latch()
            await two.work(after: { now in
                guard now == step else { return }
                reached.open()
                // By callers and routes as they were remembered before.
                await expectRefusal(.tenantMoving) { try await company.send("jetzt", to: Person(3).byPhone) }
                await expectRefusal(.tenantMoving) {
                    try await company.send("Hallo", to: Person(1).byPhone, key: "key")
                }
                await expectRefusal(.tenantMoving) { try await company.contacts() }
                await expectRefusal(.tenantMoving) { try await company.declare("withdrawn", by: Person(3).byPhone) }
                let items = [
                    company.item(company.channel.message("meanwhile", from: [Person(9).phone], "währenddessen")),
                    neighbour.company.item(
                        neighbour.company.channel.message("theirs \(step)", from: [Person(9).phone])),
                ]
                let outcomes = try await IngestBatch(shard: try two.source).commit(items)
                let error = #expect(throws: PlatformError.self) { try outcomes[0].get() }
                #expect(error?.refusal?.code == .tenantMoving && error?.code == .unavailable)
                #expect(try outcomes[1].get().stored == 1)
                try await neighbour.send("weiter \(step)", to: Person(3))
                let hand = try Hand(in: region)
                try await region.letWaitsPass()
                let lanes = try await hand.claim()
                #expect(!lanes.contains { $0.tenant == mover.id } && lanes.contains { $0.tenant == neighbour.id })
                for lane in lanes { await hand.lane.run(lane) }
            })
            #expect(reached.isOpen)
            #expect(try await two.move(of: mover.id)?.state == .done)
            // The messenger brings it again; a process that looks the route up anew stores it where the tenant lives.
            try await region.anotherProcess { other in
                let event = company.channel.message("meanwhile", from: [Person(9).phone], "währenddessen")
                for stored in [1, 0] {
                    let receipt = try await other.ingress.receive(
                        plugin: Messenger.name, route: company.channel.ingressRoute,
                        headers: Company.headers(company.channel), body: region.messenger.webhook([event]))
                    #expect(receipt.stored == stored && receipt.duplicates == 1 - stored)
                }
            }
            #expect(try await mover.told().filter { $0.contains("währenddessen") }.count == 1)
        }
    }

    @Test func `a delivery in hand is finished and written down before the tenant is closed`() async throws {
        try await TwoRegions.with { two in
            let region = two.region
            let mover = try await Mover(in: two)
            try await two.plan(mover.id)
            let (handed, answer) = (Latch(), Latch())
            region.messenger.answer { delivery in
                handed.open()
                await answer.wait()
                return .accepted(delivery)
            }
            try await region.letWaitsPass()
            let hand = try Hand(in: region)
            async let delivered: Void = hand.work()
            await handed.wait()
            await two.work(after: { step in if step == .paused { answer.open() } })
            try await delivered
            #expect(try await two.move(of: mover.id)?.state == .done)
            try await mover.deliver()
            let texts = region.messenger.deliveries.map(\.text).filter { $0.hasPrefix("waits") }
            #expect(texts == ["waits 1", "waits 2", "waits 3"])
            #expect(try await mover.told().filter { $0.contains(" sent waits") }.count == 3)
        }
    }
}
