public import Logging
public import PluginKit
import Postgres

/// The control plane alone, without a region: for `obhut` on the command line, which serves nobody.
public struct ControlPlane: Sendable {
    public let staff: StaffService
    public let adminTokens: AdminTokenService
    public let audit: AuditTrail
    public let sessions: SessionService
    public let auditVerifier: AuditVerifier
    public let auditReader: AuditReader
    public let auditSeals: AuditSeals
    public let auditExport: AuditExport
    public let signIn: SignInService

    let database: PostgresClient
    let key: DataKey

    /// - Parameters:
    ///   - url: the control database, as `obhut_control`.
    ///   - keys: of the control plane.
    ///   - sealing: with what the audit trail is sealed; nil for a command that does not seal.
    /// - Throws: an error whose description is one sentence for ops.
    public static func open(
        url: Secret<String>, keys: any KeyStore, sealing: SealingIdentity? = nil, logger: Logger
    ) async throws -> ControlPlane {
        var configuration = try PostgresConfiguration(url: url.revealed)
        configuration.applicationName = "obhut-control"
        configuration.statementTimeout = .seconds(10)
        configuration.lockTimeout = .seconds(5)
        let database = PostgresClient(configuration: configuration, logger: logger)
        do {
            return ControlPlane(
                database: database, key: try await ControlKey.open(database, keys), sealing: sealing, logger: logger)
        } catch {
            await database.close()
            throw error
        }
    }

    init(
        database: PostgresClient, key: DataKey, sealing: SealingIdentity? = nil,
        sessionLimits: SessionLimits = SessionLimits(), logger: Logger
    ) {
        self.database = database
        self.key = key
        audit = AuditTrail(control: database, controlKey: key)
        auditVerifier = AuditVerifier(control: database, hashes: audit.hashes)
        auditReader = AuditReader(control: database, audit: audit)
        auditSeals = AuditSeals(control: database, audit: audit, identity: sealing, logger: logger)
        auditExport = AuditExport(control: database, audit: audit)
        staff = StaffService(control: database, audit: audit)
        adminTokens = AdminTokenService(control: database, audit: audit)
        sessions = SessionService(control: database, audit: audit, key: key, limits: sessionLimits)
        signIn = SignInService(control: database, audit: audit, key: key, staff: staff, sessions: sessions)
    }

    public func close() async { await database.close() }
}
