import ArgumentParser
import Platform
import PluginKit

extension AuditCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every entry, head and seal of the trail.",
            discussion: "Ends with 0 when all is whole, with 1 when something is found, with 2 when it could not look.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "Only this chain: control, or a tenant's id.", transform: AuditCommand.chain)
        var chain: AuditChain?
        @Option(
            name: .customLong("known-seal"),
            help: "NUMBER:SHA256 of a seal as obhut audit seal or the server's log showed it; several times.",
            transform: Verify.known)
        var known: [AuditVerifier.KnownSeal] = []
        @Flag(help: "Print JSON, for scripts.") var json = false

        func run() async throws {
            let result: AuditVerification
            do {
                result = try await AuditCommand.withControlPlane(options) { [chain, known] plane in
                    try await plane.auditVerifier.verify(chain, known: known)
                }
            } catch {
                var failure = CommandFailure(error)
                failure.exit = .unavailable
                throw failure.end()
            }
            if json {
                print(result.json.text)
            } else {
                let rows = result.chains.map { chain -> JSON in
                    [
                        "chain": .string(chain.chain.description), "entries": .int(chain.entries),
                        "state": .string(chain.isWhole ? "whole" : "not whole"),
                    ]
                }
                Table.lines(["chain", "entries", "state"], rows).forEach { print($0) }
                print("\(result.seals) seals")
                Self.show(result.all.map(\.json))
                let further = result.chains.reduce(0) { $0 + $1.further }
                if further > 0 { print("and \(further) more") }
            }
            if !result.isWhole { throw CommandFailure(.findings, "the trail is not whole.").end() }
        }

        static func show(_ findings: [JSON]) {
            for finding in findings {
                let place = [
                    finding["chain"]?.string, finding["sequence"]?.int.map { "entry \($0)" },
                    finding["seal"]?.int.map { "seal \($0)" },
                ]
                let words = place.compactMap { $0 }.joined(separator: ", ")
                print("\(words): \(finding["kind"]?.string ?? ""): \(finding["meaning"]?.string ?? "")")
            }
        }

        static func known(_ text: String) throws -> AuditVerifier.KnownSeal {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let number = Int(parts[0]), let hash = Hex.bytes(parts[1]), hash.count == 32 else {
                throw ValidationError("expected NUMBER:SHA256, found \(text)")
            }
            return AuditVerifier.KnownSeal(number: number, sha256: hash)
        }
    }

    @Sendable static func chain(_ text: String) throws -> AuditChain {
        guard let chain = AuditChain(text) else {
            throw ValidationError("expected control or a tenant's id, found \(text)")
        }
        return chain
    }
}
