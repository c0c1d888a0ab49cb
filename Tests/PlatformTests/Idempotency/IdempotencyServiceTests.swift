import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct IdempotencyServiceTests {
    private static let answer = KeptAnswer(
        status: 201, headers: [("Content-Type", "application/json"), ("ETag", "\"r1\"")],
        body: Secret(Array(#"{"token":"obk_shown_once"}"#.utf8)))

    private func request(
        _ key: String = "key-1", by principal: Principal = Principal(.staff, id: "a"), route: String = "POST /x",
        body: String = "{}"
    ) throws -> IdempotentRequest {
        IdempotentRequest(
            principal: principal, route: route, key: try IdempotencyKey(key), content: [Array(body.utf8)])
    }

    private func claim(_ turn: IdempotentTurn) throws -> UUID {
        guard case .first(let claim) = turn else { throw Missing() }
        return claim
    }

    private struct Missing: Error {}

    @Test func `the first is carried out, those after it get its answer`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            let first = try claim(try await service.begin(request()))
            await expectError(.idempotencyInFlight) { try await service.begin(request()) }
            try await service.keep(Self.answer, of: first)
            for _ in 0..<2 {
                guard case .replay(let answer) = try await service.begin(request()) else { throw Missing() }
                #expect(answer == Self.answer)
            }
            await expectError(.idempotencyKeyReused) { try await service.begin(request(body: "{ }")) }
        }
    }

    @Test func `keys of different callers and routes do not meet`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            _ = try claim(try await service.begin(request()))
            _ = try claim(try await service.begin(request("key-2")))
            _ = try claim(try await service.begin(request(by: Principal(.staff, id: "b"))))
            _ = try claim(try await service.begin(request(by: Principal(.apiKey, id: "a"))))
            _ = try claim(try await service.begin(request(route: "POST /y")))
        }
    }

    @Test func `what was let go can be carried out anew, with another body too`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            try await service.release(try claim(try await service.begin(request())))
            let second = try claim(try await service.begin(request(body: "mended")))
            try await service.keep(Self.answer, of: second)
            try await service.release(second)
            guard case .replay = try await service.begin(request(body: "mended")) else { throw Missing() }
        }
    }

    @Test func `whoever died with it loses it after its lease, and cannot answer for the one who took it`() async throws
    {
        try await Region.with { region in
            let service = region.installation.idempotency
            let dead = try claim(try await service.begin(request()))
            await expectError(.idempotencyInFlight) { try await service.begin(request()) }
            let ends = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.lease",
                    "SELECT extract(epoch FROM lease_until - created_at)::float8 AS seconds FROM idempotent_requests"))
            #expect(try ends.map { try $0.decode("seconds", as: Double.self) } == [60])
            _ = try await region.controlDatabase.query(
                PostgresQuery("test.end", "UPDATE idempotent_requests SET lease_until = now()"))
            let heir = try claim(try await service.begin(request()))
            try await service.keep(Self.answer, of: dead)
            try await service.release(dead)
            await expectError(.idempotencyInFlight) { try await service.begin(request()) }
            try await service.keep(Self.answer, of: heir)
            guard case .replay = try await service.begin(request()) else { throw Missing() }
        }
    }

    @Test func `of many at once one is the first`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            let request = try request()
            let firsts = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        if case .first? = try? await service.begin(request) { true } else { false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(firsts == 1)
        }
    }

    @Test func `neither key nor answer can be read in the table`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            try await service.keep(
                Self.answer, of: try claim(try await service.begin(request("order-4711", body: "body-4711"))))
            let rows = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.look",
                    "SELECT row_to_json(r)::text AS row, encode(answer_sealed, 'escape') AS sealed FROM idempotent_requests r"
                ))
            for text in ["4711", "obk_shown_once"] {
                #expect(try !rows[0].decode("row", as: String.self).contains(text))
                #expect(try !rows[0].decode("sealed", as: String.self).contains(text))
            }
        }
    }

    @Test func `what is older than 48 hours does not count, and is removed`() async throws {
        try await Region.with { region in
            let service = region.installation.idempotency
            func age(_ hours: Int) async throws {
                _ = try await region.controlDatabase.query(
                    PostgresQuery(
                        "test.age",
                        "UPDATE idempotent_requests SET created_at = now() - make_interval(hours => $1::int)",
                        [hours]))
            }
            for key in ["a", "b"] {
                try await service.keep(Self.answer, of: try claim(try await service.begin(request(key))))
            }
            try await age(47)
            #expect(try await service.removeExpired(atMost: 10) == 0)
            guard case .replay = try await service.begin(request("a")) else { throw Missing() }
            try await age(49)
            _ = try claim(try await service.begin(request("a", body: "new")))
            #expect(try await service.removeExpired(atMost: 10) == 1)
        }
    }

    @Test(arguments: ["", "a b", "ä", "a\u{7F}", "a\n", String(repeating: "a", count: 256)])
    func `a key that is none is refused`(text: String) {
        #expect(throws: PlatformError.self) { try IdempotencyKey(text) }
    }

    @Test func `an answer is kept to the byte`() throws {
        let body = Secret<[UInt8]>([0, 255, 10, 0])
        for answer in [
            Self.answer, KeptAnswer(status: 204, headers: [], body: Secret([])),
            .init(status: 200, headers: [("a", "")], body: body),
        ] {
            #expect(KeptAnswer(encoded: answer.encoded) == answer)
        }
        for broken in [[], [0, 0, 0], [0, 0, 0, 9], [0, 0, 0, 2, 0x7B, 0x7D]] as [[UInt8]] {
            #expect(KeptAnswer(encoded: broken) == nil)
        }
    }
}
