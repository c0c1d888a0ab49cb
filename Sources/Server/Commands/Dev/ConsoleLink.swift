import Logging
import Platform
import PluginKit
import SelfHosted

/// The link by which whoever runs `obhut dev` signs in to the console as its owner, once.
enum ConsoleLink {
    static func make(_ configuration: DevConfiguration) async throws -> Secret<String> {
        let plane = try await ControlPlane.open(
            url: Secret(configuration.postgres.url("obhut_control", "obhut_control")),
            keys: try KeyFile.open(
                path: configuration.folder.file("regions/control.json"), owner: "control", firstStart: false),
            logger: Logger(label: "dev"))
        do {
            let cause = Cause(.commandLine)
            let owner = try await plane.staff.localOwner(cause)
            let token = try await plane.signIn.linkToken(for: owner.id, cause)
            await plane.close()
            return Secret("\(configuration.baseURL)/console/sign-in/link?token=\(token.revealed)")
        } catch {
            await plane.close()
            throw error
        }
    }
}
