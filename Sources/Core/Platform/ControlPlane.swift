public import Logging
public import PluginKit
import Postgres

/// The control plane alone, without a region: for `obhut` on the command line, which serves nobody.
public struct ControlPlane: Sendable {
    public let staff: StaffService
    public let adminTokens: AdminTokenService
    public let audit: AuditTrail
    public let sessions: SessionService

    let database: PostgresClient
    let key: DataKey

    /// - Parameters:
    ///   - url: the control database, as `obhut_control`.
    ///   - keys: of the control plane.
    /// - Throws: an error whose description is one sentence for ops.
    public static func open(
        url: Secret<String>, keys: any KeyStore, logger: Logger
    ) async throws -> ControlPlane {
        var configuration = try PostgresConfiguration(url: url.revealed)
        configuration.applicationName = "obhut-control"
        configuration.statementTimeout = .seconds(10)
        configuration.lockTimeout = .seconds(5)
        let database = PostgresClient(configuration: configuration, logger: logger)
        do {
            return ControlPlane(database: database, key: try await ControlKey.open(database, keys))
        } catch {
            await database.close()
            throw error
        }
    }

    init(database: PostgresClient, key: DataKey, sessionLimits: SessionLimits = SessionLimits()) {
        self.database = database
        self.key = key
        audit = AuditTrail(control: database, controlKey: key)
        staff = StaffService(control: database, audit: audit)
        adminTokens = AdminTokenService(control: database, audit: audit)
        sessions = SessionService(control: database, audit: audit, key: key, limits: sessionLimits)
    }

    public func close() async { await database.close() }
}
