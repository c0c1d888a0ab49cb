/// One change that waits to be told to a number's subscriber.
struct PendingWebhook: Sendable, Equatable {
    /// Rises with every webhook of this sandbox.
    var sequence: Int
    var numberID: String
    /// Milliseconds since 1970.
    var at: Int
    /// `{"value":{…},"field":"messages"}`, already escaped: what is stored is what is signed and sent.
    var change: [UInt8]

    /// A complete body for webhooks of one number.
    static func body(wabaID: String, _ webhooks: [PendingWebhook]) -> [UInt8] {
        var body = Array(
            "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"\(wabaID)\",\"changes\":[".utf8)
        for (index, webhook) in webhooks.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: webhook.change)
        }
        body.append(contentsOf: "]}]}".utf8)
        return body
    }
}
