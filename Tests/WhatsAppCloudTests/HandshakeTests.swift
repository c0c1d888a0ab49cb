import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct HandshakeTests {
    static let good = ["hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "let-me-in"]

    struct Question: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: [String: String?]
        var status: Int

        init(_ name: String, _ change: [String: String?], _ status: Int) {
            testDescription = name
            self.change = change
            self.status = status
        }
    }

    static let questions: [Question] = [
        Question("as Meta asks", [:], 200),
        Question("something more beside it", ["fbclid": "x"], 200),
        Question("an empty challenge", ["hub.challenge": ""], 200),
        Question("the longest challenge", ["hub.challenge": String(repeating: "7", count: 1024)], 200),
        Question("a challenge too long", ["hub.challenge": String(repeating: "7", count: 1025)], 400),
        Question("no mode", ["hub.mode": .none], 400),
        Question("another mode", ["hub.mode": "unsubscribe"], 400),
        Question("mode in capitals", ["hub.mode": "SUBSCRIBE"], 400),
        Question("no challenge", ["hub.challenge": .none], 400),
        Question("no token", ["hub.verify_token": .none], 400),
        Question("an empty token", ["hub.verify_token": ""], 403),
        Question("another token", ["hub.verify_token": "let-me-out"], 403),
        Question("a token in capitals", ["hub.verify_token": "LET-ME-IN"], 403),
        Question("a token with a blank", ["hub.verify_token": "let-me-in "], 403),
        Question("the token's beginning", ["hub.verify_token": "let-me"], 403),
    ]

    private func query(_ question: Question) -> [String: String] {
        var query = Self.good
        for (name, value) in question.change { query[name] = value }
        return query
    }

    @Test(arguments: questions)
    func `Meta's question is answered`(question: Question) {
        let query = query(question)
        let reply = Handshake.answer(query, verifyToken: "let-me-in")
        #expect(reply.status == question.status)
        #expect(reply.contentType.hasPrefix("text/plain"))
        if question.status == 200 { #expect(reply.body == query["hub.challenge"]) }
        // What a browser shows of a refusal must not be of the asker's making, and must not give the token away.
        if question.status != 200 { #expect(!reply.body.contains("let-me") && !reply.body.contains("777")) }
    }

    @Test(arguments: questions)
    func `without a token configured nobody is answered with the challenge`(question: Question) {
        #expect(Handshake.answer(query(question), verifyToken: "").status != 200)
    }

    @Test func `the plugin compares with the ingress's own token`() throws {
        let plugin = WhatsAppCloud()
        let ingress = try plugin.ingressSchema.validate(["app_secret": "s", "verify_token": "let-me-in"]).get()
        #expect(plugin.handshake(query: Self.good, ingress: ingress) == IngressReply(status: 200, body: "1158201444"))
    }
}
