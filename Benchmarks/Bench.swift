import ArgumentParser
import Foundation

/// What `run.py` measures with.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a server, or the gate by itself.", subcommands: [Drive.self, Decide.self])
}

/// A load generator: HTTP/1.1 over kept connections, at the highest rate or at a fixed one.
struct Drive: AsyncParsableCommand {
    @Option(help: "ingest, send or gate.")
    var kind: Workload.Kind
    @Option var port: Int
    @Option(help: "Path that is posted to.")
    var path: String
    @Option(help: "App secret (ingest) or API key.")
    var secret: String
    @Option(help: "phone_number_id (ingest).")
    var number = ""
    @Option(help: "File with one contact a line: a phone number (ingest) or a contact id.")
    var contacts: String
    @Option(help: "People in one request (gate).")
    var batch = 100
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
        let workload = Workload(
            kind: kind, path: path, port: port, secret: secret, number: number, people: people, batch: batch)
        let load = Load(
            workload: workload, port: port, connections: connections, seconds: seconds, requests: requests, rate: rate)
        let result = try await load.run()
        print(result.json)
    }
}

extension Workload.Kind: ExpressibleByArgument {}
