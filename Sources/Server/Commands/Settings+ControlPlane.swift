import Logging
import Platform
import PluginKit
import SelfHosted

extension Settings {
    /// The control plane for a command, while `body` runs.
    func withControlPlane<Value: Sendable>(
        _ logger: Logger, sealing: SealingIdentity? = nil, _ body: (ControlPlane) async throws -> Value
    ) async throws -> Value {
        let plane = try await ControlPlane.open(
            url: Secret(try text("control.url")), keys: try controlKeyFile(), sealing: sealing, logger: logger)
        do {
            let value = try await body(plane)
            await plane.close()
            return value
        } catch {
            await plane.close()
            throw error
        }
    }

    func controlKeyFile() throws -> KeyFile {
        try KeyFile.open(
            path: try text("control.key_file"), owner: "control", firstStart: try boolean("control.first_start"))
    }
}
