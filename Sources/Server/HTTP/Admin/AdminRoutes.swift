import Hummingbird
import Platform
import PluginKit

/// `/admin/v1`: provider staff. Every route needs a staff token.
struct AdminRoutes: Sendable {
    let installation: Installation
    let access: Access
    let publicURL: String

    func add(to router: Router<RequestScope>) {
        let admin = router.group("admin/v1")
        admin.get("tenants", use: access.admin(listTenants))
        admin.post("tenants", use: access.admin(createTenant))
        admin.get("tenants/:tenant", use: access.admin(readTenant))
        admin.patch("tenants/:tenant", use: access.admin(changeTenant))
        admin.get("tenants/:tenant/agreements", use: access.admin(listAgreements))
        admin.post("tenants/:tenant/agreements", use: access.admin(recordAgreement))
        admin.patch("tenants/:tenant/agreements/:agreement", use: access.admin(changeAgreement))
        admin.get("tenants/:tenant/channels", use: access.admin(listChannels))
        admin.post("tenants/:tenant/channels", use: access.admin(connectChannel))
        admin.patch("tenants/:tenant/channels/:channel", use: access.admin(changeChannel))
        admin.get("tenants/:tenant/channels/:channel/health", use: access.admin(channelHealth))
        admin.post("tenants/:tenant/channels/:channel/start", use: access.admin(startChannel))
        admin.get("tenants/:tenant/api-keys", use: access.admin(listKeys))
        admin.post("tenants/:tenant/api-keys", use: access.admin(issueKey))
        admin.delete("tenants/:tenant/api-keys/:key", use: access.admin(revokeKey))
        admin.get("tenants/:tenant/dead-letters", use: access.admin(listDeadLetters))
        admin.post("tenants/:tenant/dead-letters/:message/retry", use: access.admin(retryDeadLetter))
        admin.get("regions", use: access.admin(listRegions))
        admin.get("plugins", use: access.admin(listPlugins))
        admin.get("unroutable-events", use: access.admin(listUnroutable))
    }
}

extension RequestScope {
    /// An id in the path; one that is none finds nothing.
    func id<ID: LosslessStringConvertible>(_ name: String, _ type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(try parameters.require(name)) else { throw PlatformError.notFound(name) }
        return id
    }
}
