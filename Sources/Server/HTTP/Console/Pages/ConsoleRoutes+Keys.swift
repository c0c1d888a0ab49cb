import Console
import Foundation
import Hummingbird
import Outbound
import Platform
import PluginKit

/// Tenants' API keys.
extension ConsoleRoutes {
    func addKeys(to pages: Pages) {
        pages.get("tenants/{tenant}/keys/new", .keysWrite) { turn in
            try await turn.show(try await issueKeyPage(turn))
        }
        pages.post("tenants/{tenant}/keys", .keysWrite, use: issueKey)
        pages.get("tenants/{tenant}/keys/{key}", .keysRead) { try await $0.show(try await keyPage($0)) }
        pages.post("tenants/{tenant}/keys/{key}/rotate", .keysWrite, use: rotateKey)
        pages.post("tenants/{tenant}/keys/{key}/revoke", .keysWrite, use: revokeKey)
    }

    private func issueKeyPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> IssueKeyPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        return IssueKeyPage(
            tenantID: tenant.id.description, tenantName: tenant.name, scopes: Scope.allCases.map(\.rawValue),
            form: form)
    }

    @Sendable private func issueKey(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        do {
            var addresses: [AddressBlock] = []
            for line in (turn.form["addresses"] ?? "").split(whereSeparator: \.isNewline) {
                let text = line.trimmingCharacters(in: .whitespaces)
                if text.isEmpty { continue }
                guard let block = AddressBlock(text) else {
                    throw PlatformError.invalid(
                        "addresses", "give addresses or ranges of IPv4 or IPv6, such as 192.0.2.0/24")
                }
                addresses.append(block)
            }
            let new = NewAPIKey(
                label: turn.form["label"] ?? "",
                scopes: Set(turn.form.all("scopes").compactMap(Scope.init(rawValue:))),
                expiresAt: try FormDay.end(turn.form["expires"], field: "expires"), allowedAddresses: addresses)
            let issued = try await installation.apiKeys.issue(tenant, new, turn.cause)
            return try await turn.show(
                SecretShownPage(
                    kind: .apiKey, label: issued.key.label, secret: issued.token.revealed,
                    tenantID: tenant.description))
        } catch {
            let names = ["expires_at": "expires", "allowed_addresses": "addresses"]
            let state = try turn.refused(by: error) { names[$0] }
            return try await turn.show(try await issueKeyPage(turn, state), status: .refused(error))
        }
    }

    // MARK: - One

    private func keyPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> KeyPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let key = try await installation.apiKeys.find(tenant.id, try turn.scope.id("key"))
        return KeyPage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: key.id.description, label: key.label,
            prefix: key.prefix, scopes: key.scopes.map(\.rawValue).sorted(),
            stage: CredentialStage(revokedAt: key.revokedAt, expiresAt: key.expiresAt, now: Date()),
            addresses: key.allowedAddresses.map(\.description), createdAt: key.createdAt, expiresAt: key.expiresAt,
            lastUsedAt: key.lastUsedAt, replaces: key.replaces?.description, replacedBy: key.replacedBy?.description,
            mayManage: turn.may(.keysWrite), form: form)
    }

    @Sendable private func rotateKey(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        do {
            let limit = APIKeyRotation.longestOverlapHours
            guard let hours = Int(turn.form["overlap"] ?? ""), (0...limit).contains(hours) else {
                throw PlatformError.invalid("overlap", "give a whole number from 0 to \(limit)")
            }
            let rotation = APIKeyRotation(
                overlapHours: hours, expiresAt: try FormDay.end(turn.form["expires"], field: "expires"))
            let made = try await installation.apiKeys.rotate(tenant, try turn.scope.id("key"), rotation, turn.cause)
            return try await turn.show(
                SecretShownPage(
                    kind: .rotatedKey, label: made.key.label, secret: made.token.revealed,
                    tenantID: tenant.description))
        } catch {
            let state = try turn.refused(by: error) { $0 == "expires_at" ? "expires" : nil }
            return try await turn.show(try await keyPage(turn, state), status: .refused(error))
        }
    }

    @Sendable private func revokeKey(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        try await installation.apiKeys.revoke(tenant, try turn.scope.id("key"), .any, turn.cause)
        return turn.go(ConsolePath.tenant(tenant.description), saying: .revoked)
    }
}

/// A day in a form, as browsers send it: `2026-11-24`. Days are the provider's, and end at midnight there.
enum FormDay {
    /// - Returns: nil for an empty field.
    static func end(_ text: String?, field: String) throws -> Date? {
        try start(text, field: field).map { day in calendar.date(byAdding: .day, value: 1, to: day) ?? day }
    }

    static func start(_ text: String?, field: String) throws -> Date? {
        guard let text, !text.isEmpty else { return nil }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, text.utf8.count == 10, (1...12).contains(parts[1]), (1...31).contains(parts[2]),
            let date = calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2])),
            calendar.component(.day, from: date) == parts[2]
        else { throw PlatformError.invalid(field, "give a day such as 2026-11-24") }
        return date
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = PageAnswers.zone
        return calendar
    }()
}
