import PluginKit
import Testing

@Suite struct ValueTests {
    @Test func `headers are found however they are spelt, the first of two counts`() {
        let headers = IngressHeaders([("X-Hub-Signature-256", "one"), ("x-hub-signature-256", "two"), ("Empty", "")])
        #expect(headers["x-HUB-signature-256"] == "one")
        #expect(headers["empty"] == "")
        #expect(headers["x-hub-signature"] == nil)
    }

    static let contents: [(MessageContent, String)] = [
        (.text("Grüße"), #"{"type":"text","text":{"body":"Grüße"}}"#),
        (MessageContent(type: "request_welcome", fields: .null), #"{"type":"request_welcome"}"#),
        (
            MessageContent(type: "contacts", fields: [["name": "A"]], context: ["forwarded": true]),
            #"{"type":"contacts","contacts":[{"name":"A"}],"context":{"forwarded":true}}"#
        ),
    ]

    @Test(arguments: contents)
    func `content is written as the Cloud API writes it, and read back`(content: MessageContent, text: String) throws {
        #expect(content.json.text == text)
        #expect(try MessageContent(json: JSON(parsing: text)) == content)
    }

    @Test(arguments: [JSON.null, [:], ["type": 7], ["text": ["body": "x"]], "text"])
    func `what has no type is no content`(json: JSON) {
        #expect(MessageContent(json: json) == nil)
    }

    static let reports: [([HealthReport.State], HealthReport.State)] = [
        ([], .healthy), ([.healthy], .healthy), ([.healthy, .degraded], .degraded),
        ([.degraded, .unavailable, .healthy], .unavailable),
        ([.unavailable], .unavailable),
    ]

    @Test(arguments: reports)
    func `a report is as bad as the worst it found`(states: [HealthReport.State], worst: HealthReport.State) {
        #expect(HealthReport(states.map { .init(name: "n", state: $0, detail: "d") }).state == worst)
    }

    @Test func `an error of the kit tells what is wrong in one line`() {
        #expect(KeyStoreError.unknownKey(id: "k-1").description == #"the key store has no key-encryption key "k-1""#)
        #expect(StorageRegionError(region: "eu", reason: "it is away").description == "region eu: it is away")
        #expect(ConsentRefusal(field: "purpose", problem: "this is missing").description == "purpose: this is missing")
        #expect(ChannelFault(code: "1", message: "Away.").description == "1: Away.")
    }
}
