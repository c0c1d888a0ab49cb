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
        // Who may suspend may call it; what the change takes beyond that, the service asks for.
        admin.staff(.patch, "tenants/{tenant}", .tenantsSuspend, About.changeTenant, use: changeTenant)
        admin.staff(.get, "tenants/{tenant}/readiness", .tenantsRead, About.readReadiness, use: readReadiness)
        admin.staff(
            .post, "tenants/{tenant}/termination", .tenantsTerminate, About.terminateTenant, use: terminateTenant)
        admin.staff(.post, "tenants/{tenant}/erasure", .tenantsTerminate, About.eraseTenant, use: eraseTenant)
        admin.staff(
            .get, "tenants/{tenant}/erasure-certificate", .tenantsRead, About.readCertificate, use: readCertificate)
        admin.staff(.get, "tenants/{tenant}/export", .tenantsTerminate, About.exportTenant, use: exportTenant)

        admin.staff(.get, "tenants/{tenant}/region", .tenantsRead, About.readPlace, use: readPlace)
        admin.staff(.post, "tenants/{tenant}/region", .installationWrite, About.changeRegion, use: changeRegion)
        admin.staff(
            .post, "tenants/{tenant}/region/cancel", .installationWrite, About.cancelMove, use: cancelMove)
        admin.staff(
            .get, "tenants/{tenant}/region/certificate", .tenantsRead, About.readMoveCertificate,
            use: readMoveCertificate)

        admin.staff(.get, "tenants/{tenant}/agreements", .agreementsRead, About.listAgreements, use: listAgreements)
        admin.staff(
            .post, "tenants/{tenant}/agreements", .agreementsCountersign, About.recordAgreement, use: recordAgreement)
        admin.staff(
            .patch, "tenants/{tenant}/agreements/{agreement}", .agreementsEnd, About.changeAgreement,
            use: changeAgreement)

        typealias Agreements = AgreementReference
        let agreement = "tenants/{tenant}/agreements/{agreement}"
        admin.staff(.get, agreement, .agreementsRead, Agreements.read, use: readAgreement)
        admin.staff(
            .post, "tenants/{tenant}/agreement-drafts", .agreementsWrite, Agreements.draft, use: draftAgreement)
        admin.staff(.post, "\(agreement)/offer", .agreementsWrite, Agreements.offer, use: offerAgreement)
        admin.staff(.post, "\(agreement)/link", .agreementsWrite, Agreements.renewLink, use: renewAgreementLink)
        admin.staff(.post, "\(agreement)/withdraw", .agreementsWrite, Agreements.withdraw, use: withdrawAgreement)
        admin.staff(
            .post, "\(agreement)/countersign", .agreementsCountersign, Agreements.countersign,
            use: countersignAgreement)
        admin.staff(
            .get, "\(agreement)/files/{file}", .agreementsRead, Agreements.readFile, use: readAgreementFile)
        addAgreementTexts(to: admin)
        admin.staff(.get, "tenants/{tenant}/notices", .agreementsRead, Agreements.listNotices, use: listNotices)
        admin.staff(
            .post, "tenants/{tenant}/notices/{notice}/link", .agreementsWrite, Agreements.linkNotice, use: linkNotice)
        admin.staff(
            .post, "tenants/{tenant}/notices/{notice}/objection", .agreementsWrite, Agreements.objectToNotice,
            use: objectToNotice)
        admin.staff(
            .get, "tenants/{tenant}/instructions", .agreementsRead, Agreements.listInstructions, use: listInstructions)
        admin.staff(
            .post, "tenants/{tenant}/instructions", .agreementsWrite, Agreements.recordInstruction,
            use: recordInstruction)
        admin.staff(.get, "provider", .installationRead, Agreements.readProvider, use: readProvider)
        admin.staff(.put, "provider", .installationWrite, Agreements.setProvider, use: setProvider)

        admin.staff(.get, "tenants/{tenant}/channels", .channelsRead, About.listChannels, use: listChannels)
        admin.staff(.post, "tenants/{tenant}/channels", .channelsWrite, About.connectChannel, use: connectChannel)
        admin.staff(
            .get, "tenants/{tenant}/channels/{channel}", .channelsRead, About.readChannel, use: readChannel)
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
        admin.staff(.get, "tenants/{tenant}/api-keys/{key}", .keysRead, About.readKey, use: readKey)
        admin.staff(.patch, "tenants/{tenant}/api-keys/{key}", .keysWrite, About.changeKey, use: changeKey)
        admin.staff(.post, "tenants/{tenant}/api-keys/{key}/rotate", .keysWrite, About.rotateKey, use: rotateKey)
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
            .delete, "staff/{member}/tokens/{staff_token}", .staffWrite, About.revokeStaffToken, use: revokeStaffToken)
        admin.staff(.get, "roles", .accountOwn, About.listRoles, use: listRoles)
        admin.staff(.get, "account", .accountOwn, About.readAccount, use: readAccount)
        admin.staff(.get, "account/tokens", .accountOwn, About.listOwnTokens, use: listOwnTokens)
        admin.staff(.post, "account/tokens", .accountOwn, About.issueOwnToken, use: issueOwnToken)
        admin.staff(.delete, "account/tokens/{staff_token}", .accountOwn, About.revokeOwnToken, use: revokeOwnToken)
        admin.staff(.get, "account/sessions", .accountOwn, About.listSessions, use: listSessions)
        admin.staff(.delete, "account/sessions/{session}", .accountOwn, About.endSession, use: endSession)

        admin.staff(.get, "regions", .installationRead, About.listRegions, use: listRegions)
        admin.staff(.get, "plugins", .installationRead, About.listPlugins, use: listPlugins)
        admin.staff(.get, "unroutable-events", .installationRead, About.listUnroutable, use: listUnroutable)

        addAudit(to: admin)
    }
}

extension RequestScope {
    /// An id in the path; one that is none finds nothing.
    func id<ID: LosslessStringConvertible>(_ name: String, _ type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(try parameters.require(name)) else { throw PlatformError.notFound(name) }
        return id
    }
}
