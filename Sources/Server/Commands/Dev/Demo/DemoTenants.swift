import Foundation
import Platform
import PluginKit

/// Makes two tenants in two regions over the admin API, as staff would. What is known of them is written down after
/// each step, and each step finds what an earlier start, killed at any moment, has done of it.
struct DemoTenants: Sendable {
    let folder: DataFolder
    let configuration: DevConfiguration

    private static let file = "demo.json"

    /// Waits until server and sandbox answer, and makes what is missing.
    func prepare() async throws -> [DemoTenant] {
        let client = try LocalClient()
        do {
            try await waitUntilReady(client)
            let tenants = try await make(client)
            await client.http.shutdown()
            return tenants
        } catch {
            await client.http.shutdown()
            throw error
        }
    }

    private func waitUntilReady(_ client: LocalClient) async throws {
        let end = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < end {
            let server = try? await client.call("GET", configuration.baseURL + "/readyz")
            let sandbox = try? await client.call("GET", configuration.sandboxURL + "/sandbox/health")
            if [server, sandbox].allSatisfy({
                $0?.status == 200 && $0?.json["instance"]?.string == configuration.instance
            }) {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SettingsError(
            description: "the server or the sandbox was not ready in time; see \(folder.file("server.log")) and "
                + folder.file("sandbox.log"))
    }

    private func make(_ client: LocalClient) async throws -> [DemoTenant] {
        var tenants = known()
        let setup = DemoSetup(client: client, configuration: configuration)
        // Before the first step: the secrets that it uses must be known to the next start.
        try write(tenants)
        for index in tenants.indices {
            let steps = [setup.createTenant, setup.provision, setup.connectChannel, setup.issueKey, setup.goLive]
            for step in steps {
                try await step(&tenants[index])
                try write(tenants)
            }
            try await setup.direct(tenants[index])
        }
        return tenants
    }

    private func known() -> [DemoTenant] {
        let known = folder.json(Self.file)?.array ?? []
        func tenant(_ name: String, _ region: String, _ number: String, _ account: String, _ display: String)
            -> DemoTenant
        {
            DemoTenant(
                name: name, region: region, phoneNumberID: number, businessAccountID: account,
                displayPhoneNumber: display, known: known.first { $0["phone_number_id"]?.string == number })
        }
        return [
            tenant("Praxis Sonnenhof", "eu-central", "109876543210001", "209876543210001", "+49 30 5550101"),
            tenant("Nordwind Bikes", "eu-north", "109876543210002", "209876543210002", "+358 9 5550102"),
        ]
    }

    private func write(_ tenants: [DemoTenant]) throws {
        try DataFolder.write(JSON.array(tenants.map(\.json)).encoded(), to: folder.file(Self.file))
    }
}
