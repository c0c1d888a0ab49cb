import PluginKit

@testable import Platform

extension Company {
    /// Has a server told of everything from now on.
    func listen() async throws {
        _ = try await region.installation.webhooks.add(
            caller, url: "https://crm.example/hooks", kinds: Set(WebhookKind.allCases), .system)
    }

    /// An import that waits with one line, and refused another.
    func fillImport() async throws {
        let imports = region.installation.imports
        let id = try await imports.begin(caller, NewConsentImport(name: "Shop"), .system).id
        let pieces = AsyncThrowingStream<[UInt8], any Error> { stream in
            stream.yield(Array("phone,purpose\n+4930123456,service\nzu,viele,Zellen\n".utf8))
            stream.finish()
        }
        _ = try await imports.receive(caller, id, .csv, pieces, .system)
    }
}
