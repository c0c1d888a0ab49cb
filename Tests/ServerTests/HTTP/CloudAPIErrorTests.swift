import HTTPTypes
import Platform
import PluginKit
import Postgres
import Testing

@testable import Server

@Suite struct CloudAPIErrorTests {
    private func answer(_ error: any Error) async throws -> Answer {
        try await Answer(CloudAPIErrors.response(Problem(error)))
    }

    @Test(arguments: PlatformError.Code.allCases)
    func `every error is Meta's error object, with our code beside it`(code: PlatformError.Code) async throws {
        let answer = try await answer(PlatformError(code, "What happened.", remedy: "What helps."))
        #expect(answer.contentType == "application/json")
        #expect(answer.json.object?.members.map(\.name) == ["error"])
        let error = try #require(answer.json["error"])
        let number = try #require(error["code"]?.int)
        #expect(error["message"]?.string?.hasPrefix("(#\(number)) ") == true)
        #expect(["OAuthException", "GraphMethodException"].contains(error["type"]?.string))
        #expect(error["error_data"]?["messaging_product"] == "whatsapp")
        #expect(error["error_data"]?["details"] == "What happened. What helps.")
        #expect(error["obhut_code"]?.string == code.rawValue)
        #expect(error["fbtrace_id"]?.string?.isEmpty == false)
    }

    /// What Meta answers in such a case, so that a client made for Meta does what it would there.
    static let meanings: [(PlatformError.Code, Int, Int)] = [
        (.invalid, 400, 100), (.idempotencyKeyReused, 400, 100), (.unauthenticated, 401, 190), (.forbidden, 403, 10),
        (.notFound, 400, 100),
        (.conflict, 400, 100), (.idempotencyInFlight, 400, 100), (.unavailable, 503, 2),
    ]

    @Test(arguments: meanings)
    func `status and code are those that Meta uses`(code: PlatformError.Code, status: Int, number: Int) async throws {
        let answer = try await answer(PlatformError(code, "What happened."))
        #expect(answer.status == status)
        #expect(answer.json["error"]?["code"]?.int == number)
        #expect(answer.json["error"]?["error_subcode"]?.int == (code == .notFound ? 33 : nil))
    }

    @Test(arguments: Refusal.Code.allCases)
    func `a refusal explains itself in the details`(code: Refusal.Code) async throws {
        let answer = try await answer(PlatformError(Refusal(code)))
        #expect(answer.json["error"]?["obhut_code"]?.string == code.rawValue)
        let details = answer.json["error"]?["error_data"]?["details"]?.string
        #expect(details == "\(Refusal(code).sentence) \(Refusal(code).remedy)")
    }

    @Test func `one field that is wrong is told once, by the name it has here`() async throws {
        let answer = try await answer(PlatformError.invalid("to.phone", "no number"))
        #expect(answer.json["error"]?["error_data"]?["details"] == "to: no number.")
    }

    @Test func `each field that is wrong is told in the details`() async throws {
        let fields = [
            PlatformError.Field(path: "text.body", problem: "this is missing"), .init(path: "to", problem: "no number"),
        ]
        let answer = try await answer(PlatformError(.invalid, "Two.", remedy: "Mend them.", fields: fields))
        #expect(
            answer.json["error"]?["error_data"]?["details"]
                == "Two. text.body: this is missing. to: no number. Mend them.")
    }

    @Test func `trouble of ours is Meta's code 2, tells nothing, and keeps the header that says when to come back`()
        async throws
    {
        let gone = try await answer(PostgresError(.connectionLost, "secret-4711"))
        #expect(gone.status == 503 && gone.json["error"]?["code"] == 2)
        #expect(gone.headers[.retryAfter] == "2")
        let broken = try await answer(PostgresError(.decoding, "secret-4711"))
        #expect(broken.status == 500 && broken.json["error"]?["code"] == 2)
        for answer in [gone, broken] { #expect(!answer.text.contains("4711")) }
    }

    @Test(arguments: [
        ("/v23.0/100/messages", true), ("/v1.0", true), ("/v100.0/", true), ("v23.0/x", true), ("/v23.0?x=1", false),
        ("/", false),
        ("", false), ("/api/v1/messages", false), ("/v23/100", false), ("/v23.1/100", false), ("/v.0/100", false),
        ("/vx.0/100", false),
        ("/23.0/100", false), ("/admin/v23.0", false),
    ])
    func `the surface is told by the path's first part`(path: String, speaks: Bool) {
        #expect(CloudAPIErrors.speaks(path) == speaks)
    }
}
