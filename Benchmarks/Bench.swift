import ArgumentParser
import Foundation

/// A load generator: HTTP/1.1 over kept connections, at the highest rate or at a fixed one.
@main
struct Bench: AsyncParsableCommand {
    @Option(help: "ingest or send.")
    var kind: Workload.Kind
    @Option var port: Int
    @Option(help: "Path that is posted to.")
    var path: String
    @Option(help: "App secret (ingest) or API key (send).")
    var secret: String
    @Option(help: "phone_number_id (ingest).")
    var number = ""
    @Option(help: "File with one contact a line: a phone number (ingest) or a contact id (send).")
    var contacts: String
    @Option var connections = 16
    @Option var seconds = 10.0
    @Option(help: "Stop after so many requests; 0 for no limit.")
    var requests = 0
    @Option(
        help:
            "Requests a second over all connections; 0 for as many as possible. Latency counts from when a request was due."
    )
    var rate = 0.0

    func run() async throws {
        let people = try String(contentsOfFile: contacts, encoding: .utf8).split(separator: "\n").map(String.init)
        let workload = Workload(kind: kind, path: path, port: port, secret: secret, number: number, people: people)
        let load = Load(
            workload: workload, port: port, connections: connections, seconds: seconds, requests: requests, rate: rate)
        let result = try await load.run()
        print(result.json)
    }
}

extension Workload.Kind: ExpressibleByArgument {}
