import Outbound
import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct ErrorCodeTests {
    /// Every code that Cloud API, "error codes", gives a meaning for a message on its way.
    static let meanings: [(outcome: String, codes: [Int])] = [
        ("stop channel", [0, 190, 3, 10] + Array(200...299)),
        ("stop channel", [131048, 131064, 130497, 368, 131031, 131037, 131042, 131045, 133010]),
        ("retry", [1, 2, 131000, 131016, 133004]),
        ("wait channel", [4, 80007, 130429]),
        ("wait conversation", [131056]),
        // The person has stopped marketing at WhatsApp: that is a withdrawal.
        ("withdrawn marketing", [131050]),
        ("give up", [131049, 131026, 131047, 131051, 131052, 131053, 131008, 131009, 100, 33, 130472, 135000]),
        ("give up", [132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068]),
    ]

    static let table = meanings.flatMap { meaning in meaning.codes.map { ($0, meaning.outcome) } }

    private func answer(_ code: JSON, details: String = "Lena Brandt, 4915112345678") -> JSON {
        [
            "error": [
                "message": .string("(#\(code.text)) Recipient 4915112345678"), "type": "OAuthException", "code": code,
                "error_data": ["messaging_product": "whatsapp", "details": .string(details)], "fbtrace_id": "A",
            ]
        ]
    }

    private func deliver(_ meta: ScriptedMeta) async throws -> DeliveryOutcome {
        let message = OutboundMessage(
            reference: "r", recipient: [Identity(.phone, "4915112345678")], content: .text("x"))
        return await WhatsAppCloud().deliver(message, through: try ScriptedMeta.connection(meta))
    }

    @Test(arguments: table)
    func `a code has its outcome, whatever HTTP status it comes with`(code: Int, outcome: String) async throws {
        for status in [400, 401, 403, 404, 429, 500, 503] {
            let result = try await deliver(ScriptedMeta(status, answer(.number("\(code)"))))
            #expect(result.told == outcome, "HTTP \(status)")
            #expect(result.fault?.code == "\(code)")
        }
    }

    @Test(arguments: table)
    func `a fault says what happened in our words, and repeats nothing of Meta's`(code: Int, outcome: String) throws {
        let fault = try #require(GraphError(answer: answer(.number("\(code)")))).fault
        #expect(fault.message.hasSuffix(".") && fault.message.count > 10)
        for text in [fault.message, fault.remedy ?? "", fault.description] {
            #expect(!text.contains("Lena") && !text.contains("4915112345678"))
        }
        if outcome == "stop channel", !(200...299).contains(code) {
            #expect(fault.remedy != nil, "a channel that was stopped needs somebody to act, who must be told how")
        }
    }

    @Test(arguments: [(400, "give up"), (404, "give up"), (429, "wait channel"), (500, "retry"), (503, "retry")])
    func `a code that nobody knows is given up, unless Meta says that it is Meta's own trouble`(
        status: Int, outcome: String
    ) async throws {
        let result = try await deliver(ScriptedMeta(status, answer(999_999)))
        #expect(result.told == outcome)
        #expect(result.fault == ChannelFault(code: "999999", message: "Meta refused with error 999999."))
    }

    /// Answers that bear no error object: something between here and Meta speaks.
    static let bare: [(Int, String)] = [
        (300, "give up"), (302, "give up"), (400, "give up"), (401, "stop channel"), (403, "stop channel"),
        (404, "give up"),
        (413, "give up"), (429, "wait channel"), (500, "unclear"), (502, "unclear"), (503, "unclear"), (504, "unclear"),
        (599, "unclear"),
    ]

    @Test(arguments: bare)
    func `an answer without an error object is judged by its HTTP status`(status: Int, outcome: String) async throws {
        for body in [
            "", "<html>Bad Gateway</html>", "{}", "[]", #"{"error":"down"}"#, #"{"error":{"message":"no code"}}"#,
            #"{"error":{"code":"190"}}"#,
        ] {
            let result = try await deliver(
                ScriptedMeta { _ in .success(OutboundResponse(status: status, body: Array(body.utf8))) })
            #expect(result.told == outcome, "\(body)")
            #expect(result.fault?.code == "http_\(status)")
        }
    }

    static let idless = [
        "", "OK", "{}", "[]", "null", #"{"messages":[]}"#, #"{"messages":[{}]}"#, #"{"messages":[{"id":""}]}"#,
        #"{"messages":[{"id":7}]}"#, #"{"messages":{"id":"wamid.1"}}"#, #"{"success":true}"#,
        #"{"messages":[{"id":"wamid.1"}]"#,
    ]

    @Test(arguments: idless)
    func `a 200 that names no message leaves unclear whether Meta has it`(body: String) async throws {
        for status in [200, 201, 204] {
            let result = try await deliver(
                ScriptedMeta { _ in .success(OutboundResponse(status: status, body: Array(body.utf8))) })
            #expect(result.told == "unclear")
            #expect(result.fault?.code == "answer")
        }
    }

    @Test(arguments: OutboundError.Kind.allCases)
    func `what certainly never left is tried again, and all else is unclear`(kind: OutboundError.Kind) async throws {
        for (beforeSending, outcome) in [(true, "retry"), (false, "unclear")] {
            let error = OutboundError(
                kind: kind, beforeSending: beforeSending, origin: "https://graph.test", detail: "x")
            let result = try await deliver(ScriptedMeta(failing: error))
            #expect(result.told == outcome)
            #expect(result.fault?.code == "connection")
        }
    }

    @Test(arguments: [(131026, "131026"), (131049, "131049"), (130472, "130472")])
    func `a status's error has the code under which the same fault is known when sending`(code: Int, told: String) {
        let error: JSON = [
            "code": .number("\(code)"), "title": "4915112345678", "error_data": ["details": "Lena Brandt"],
        ]
        let fault = GraphError(status: error).fault
        #expect(fault.code == told)
        #expect(!fault.message.contains("4915112345678") && !fault.message.contains("Lena"))
    }
}
