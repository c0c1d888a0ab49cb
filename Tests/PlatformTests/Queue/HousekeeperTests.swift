import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct HousekeeperTests {
    @Test func `idempotency keys older than two days are removed, whosever they are, and no others`() async throws {
        try await Region.with { region in
            let companies = [try await Company(in: region), try await Company(in: region)]
            for company in companies {
                try await company.befriend(Person(1))
                for key in ["old", "new"] { try await company.send(key, to: Person(1).byPhone, key: key) }
            }
            _ = try await region.rows(
                """
                UPDATE idempotency_keys SET created_at = now() - interval '49 hours'
                WHERE result_id IN (SELECT min(result_id::text)::uuid FROM idempotency_keys GROUP BY tenant_id)
                """)
            // A worker can remove no other key, whatever it says.
            let delete = PostgresQuery(
                "test.delete", "DELETE FROM idempotency_keys WHERE created_at > now() - interval '1 hour'")
            #expect(try await region.shard.worker.query(delete).affectedRows == 0)
            try await running([Housekeeper(shard: region.shard, logger: .quiet)]) {
                try await eventually("the old ones are gone") {
                    try await region.number("SELECT count(*) FROM idempotency_keys") == 2
                }
            }
            for company in companies {
                let again = company.request("new", to: Person(1).byPhone, key: "new")
                #expect(try await region.installation.sending.send(company.caller, again).replayed)
            }
        }
    }
}
