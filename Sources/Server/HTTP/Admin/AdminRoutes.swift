import Hummingbird
import Platform
import PluginKit

/// `/admin/v1`: provider staff. Every route needs the token of a member who has the permission named here.
struct AdminRoutes: Sendable {
    let installation: Installation
    let publicURL: String

    private typealias About = AdminReference

    func add(to surface: Surface) {
        let admin = surface.under("admin/v1")
        admin.staff(.get, "tenants", .tenantsRead, About.listTenants, use: listTenants)
        admin.staff(.post, "tenants", .tenantsWrite, About.createTenant, use: createTenant)
        admin.staff(.get, "tenants/{tenant}", .tenantsRead, About.readTenant, use: readTenant)
        admin.staff(.patch, "tenants/{tenant}", .tenantsSuspend, About.changeTenant, use: changeTenant)

        admin.staff(.get, "tenants/{tenant}/agreements", .agreementsRead, About.listAgreements, use: listAgreements)
        admin.staff(
            .post, "tenants/{tenant}/agreements", .agreementsCountersign, About.recordAgreement, use: recordAgreement)
        admin.staff(
            .patch, "tenants/{tenant}/agreements/{agreement}", .agreementsEnd, About.changeAgreement,
            use: changeAgreement)

        admin.staff(.get, "tenants/{tenant}/channels", .channelsRead, About.listChannels, use: listChannels)
        admin.staff(.post, "tenants/{tenant}/channels", .channelsWrite, About.connectChannel, use: connectChannel)
        admin.staff(
            .patch, "tenants/{tenant}/channels/{channel}", .channelsWrite, About.changeChannel, use: changeChannel)
        admin.staff(
            .get, "tenants/{tenant}/channels/{channel}/health", .channelsRead, About.channelHealth, use: channelHealth)
        admin.staff(
            .post, "tenants/{tenant}/channels/{channel}/start", .channelsWrite, About.startChannel, use: startChannel)
        admin.staff(
            .post, "tenants/{tenant}/channels/{channel}/disconnect", .channelsWrite, About.disconnectChannel,
            use: disconnectChannel)
        admin.staff(
            .post, "tenants/{tenant}/channels/{channel}/move", .channelsMove, About.moveChannel, use: moveChannel)

        admin.staff(.get, "tenants/{tenant}/api-keys", .keysRead, About.listKeys, use: listKeys)
        admin.staff(.post, "tenants/{tenant}/api-keys", .keysWrite, About.issueKey, use: issueKey)
        admin.staff(.delete, "tenants/{tenant}/api-keys/{key}", .keysWrite, About.revokeKey, use: revokeKey)

        admin.staff(
            .get, "tenants/{tenant}/dead-letters", .deadLettersRead, About.listDeadLetters, use: listDeadLetters)
        admin.staff(
            .post, "tenants/{tenant}/dead-letters/{message}/retry", .deadLettersRetry, About.retryDeadLetter,
            use: retryDeadLetter)

        admin.staff(.get, "approvals", .approvalsRead, About.listApprovals, use: listApprovals)
        admin.staff(.get, "approvals/{approval}", .approvalsRead, About.readApproval, use: readApproval)
        admin.staff(.post, "approvals/{approval}/approve", .approvalsRead, About.approve, use: approve)
        admin.staff(.post, "approvals/{approval}/decline", .approvalsRead, About.decline, use: decline)
        admin.staff(.post, "approvals/{approval}/withdraw", .approvalsRead, About.withdraw, use: withdraw)

        admin.staff(.get, "staff", .staffRead, About.listStaff, use: listStaff)
        admin.staff(.post, "staff", .staffWrite, About.addStaff, use: addStaff)
        admin.staff(.get, "staff/{member}", .staffRead, About.readStaff, use: readStaff)
        admin.staff(.patch, "staff/{member}", .staffWrite, About.changeStaff, use: changeStaff)
        admin.staff(.get, "staff/{member}/tokens", .staffRead, About.listStaffTokens, use: listStaffTokens)
        admin.staff(.post, "staff/{member}/tokens", .staffWrite, About.issueStaffToken, use: issueStaffToken)
        admin.staff(
            .delete, "staff/{member}/tokens/{token}", .staffWrite, About.revokeStaffToken, use: revokeStaffToken)
        admin.staff(.get, "roles", .accountOwn, About.listRoles, use: listRoles)
        admin.staff(.get, "account", .accountOwn, About.readAccount, use: readAccount)
        admin.staff(.get, "account/tokens", .accountOwn, About.listOwnTokens, use: listOwnTokens)
        admin.staff(.post, "account/tokens", .accountOwn, About.issueOwnToken, use: issueOwnToken)
        admin.staff(.delete, "account/tokens/{token}", .accountOwn, About.revokeOwnToken, use: revokeOwnToken)
        admin.staff(.get, "account/sessions", .accountOwn, About.listSessions, use: listSessions)
        admin.staff(.delete, "account/sessions/{session}", .accountOwn, About.endSession, use: endSession)

        admin.staff(.get, "regions", .installationRead, About.listRegions, use: listRegions)
        admin.staff(.get, "plugins", .installationRead, About.listPlugins, use: listPlugins)
        admin.staff(.get, "unroutable-events", .installationRead, About.listUnroutable, use: listUnroutable)
    }
}

extension RequestScope {
    /// An id in the path; one that is none finds nothing.
    func id<ID: LosslessStringConvertible>(_ name: String, _ type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(try parameters.require(name)) else { throw PlatformError.notFound(name) }
        return id
    }
}
