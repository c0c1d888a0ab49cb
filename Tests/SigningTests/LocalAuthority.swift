import Foundation
import TestSupport

@testable import Signing

/// A timestamp authority made by the openssl command, with certificates of its own.
struct LocalAuthority {
    let workshop: Workshop
    let root: Certificate

    /// - Parameter digests: what it takes; it rejects a request with any other.
    init(digests: String = "sha256, sha512") async throws {
        workshop = try Workshop()
        try await workshop.issueAuthority("tsa-root")
        try await workshop.issue(
            "tsa", by: "tsa-root",
            extensions: ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping"])
        try workshop.write(
            """
            [tsa]
            default_tsa = one
            [one]
            serial = serial
            signer_cert = tsa.pem
            certs = tsa-root.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = \(digests)
            accuracy = secs:1
            ess_cert_id_alg = sha256

            """, to: "tsa.cnf")
        root = try workshop.certificate("tsa-root")
    }

    /// Answers a request as a real authority does. Blocks.
    func reply(to request: [UInt8]) throws -> [UInt8] {
        try workshop.write(request, to: "request")
        let outcome = try workshop.runBlocking(
            ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request", "-out", "reply"])
        guard outcome.succeeded else { throw Workshop.Failure(description: outcome.output) }
        return try workshop.read("reply")
    }

    /// Serves it over HTTP: one connection at a time, as its files are shared.
    func serve() throws -> TestServer {
        try TestServer { connection in
            while let request = connection.readRequest() {
                guard request.method == "POST", request["Content-Type"] == "application/timestamp-query",
                    let reply = try? self.reply(to: request.body)
                else {
                    connection.answer("400 Bad Request")
                    continue
                }
                connection.answer(headers: ["Content-Type: application/timestamp-reply"], body: reply)
            }
        }
    }
}
