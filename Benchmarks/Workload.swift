import Crypto
import Foundation
import NIOCore

/// Makes requests: each with an id of its own, webhooks signed as Meta signs them.
struct Workload: Sendable {
    enum Kind: String, Sendable {
        case ingest, send, gate
    }

    let kind: Kind
    let path: String
    let port: Int
    let secret: String
    let number: String
    let people: [String]
    /// How many people a request asks about (gate).
    let batch: Int

    func request() -> ByteBuffer {
        let person = people[Int.random(in: 0..<people.count)]
        let id = "\(UInt64.random(in: .min ... .max))\(UInt64.random(in: .min ... .max))"
        let body: String
        let header: String
        switch kind {
        case .ingest:
            body = """
                {"object":"whatsapp_business_account","entry":[{"id":"209876543210001","changes":[{"value":{"messaging_product":"whatsapp",\
                "metadata":{"display_phone_number":"49305550101","phone_number_id":"\(number)"},"contacts":[{"profile":{"name":"Erika Muster"},\
                "wa_id":"\(person)"}],"messages":[{"from":"\(person)","id":"wamid.\(id)","timestamp":"\(Int(Date().timeIntervalSince1970))",\
                "text":{"body":"Guten Tag, haben Sie morgen noch einen Termin frei? Ich komme auch gern fr\\u00fch."},"type":"text"}]},"field":"messages"}]}]}
                """
            header = "X-Hub-Signature-256: sha256=\(signature(body))"
        case .send:
            body =
                #"{"to":{"contact_id":"\#(person)"},"text":{"body":"Ja, um 10 Uhr ist noch etwas frei. Bitte bringen Sie Ihre Karte mit."}}"#
            header = "Authorization: Bearer \(secret)\r\nIdempotency-Key: \(id)"
        case .gate:
            let asked = (0..<batch).map { _ in #"{"contact_id":"\#(people[Int.random(in: 0..<people.count)])"}"# }
            body = #"{"people":[\#(asked.joined(separator: ","))]}"#
            header = "Authorization: Bearer \(secret)"
        }
        return ByteBuffer(
            string: """
                POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n\(header)\r\n\
                Content-Length: \(body.utf8.count)\r\n\r\n\(body)
                """)
    }

    private func signature(_ body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
