import Console
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// The provider's people.
extension ConsoleRoutes {
    func addStaff(to pages: Pages) {
        pages.get("staff", .staffRead, use: listStaff)
        pages.get("staff/new", .staffWrite) { try await $0.show(newMember($0)) }
        pages.post("staff", .staffWrite, use: addMember)
        pages.get("staff/{member}", .staffRead) { turn in
            try await turn.show(try await memberPage(turn, try turn.scope.id("member")))
        }
        pages.post("staff/{member}", .staffWrite, use: changeMember)
        pages.post("staff/{member}/deactivate", .staffWrite, use: deactivate)
        pages.post("staff/{member}/tokens/{staff_token}/revoke", .staffWrite, use: revokeToken)
    }

    @Sendable private func listStaff(_ turn: Turn) async throws -> Response {
        let enrolled = try await installation.signIn.membersWithAuthenticator()
        var rows: [StaffPage.Row] = []
        for member in try await installation.staff.list() {
            rows.append(
                .init(
                    id: member.id.description, name: member.displayName.revealed, email: member.email.revealed,
                    roles: member.roles.map(\.rawValue).sorted(), hasSecondFactor: enrolled.contains(member.id),
                    isActive: member.state == .active,
                    lastSeenAt: try await installation.sessions.list(of: member.id).map(\.lastSeenAt).max()))
        }
        return try await turn.show(StaffPage(rows: rows, mayManage: turn.may(.staffWrite)))
    }

    // MARK: - New

    private static let roles = Role.allCases.map { role in
        StaffMemberPage.Role(id: role.rawValue, permissions: role.permissions.map(\.rawValue).sorted())
    }

    private func newMember(_ turn: Turn, _ form: FormState = FormState()) -> StaffMemberPage {
        StaffMemberPage(
            id: nil, name: "", isActive: true, roles: Self.roles, tokens: [], pending: [],
            mayManage: turn.may(.staffWrite), form: form)
    }

    @Sendable private func addMember(_ turn: Turn) async throws -> Response {
        do {
            let member = try await installation.staff.add(
                NewStaffMember(
                    email: Personal(turn.form["email"] ?? ""), displayName: Personal(turn.form["name"] ?? ""),
                    roles: try roles(turn),
                    language: StaffMember.Language(rawValue: turn.language.rawValue) ?? .german), turn.cause)
            let token = try await installation.signIn.resetToken(for: member.id, turn.cause)
            return try await turn.show(
                SecretShownPage(kind: .memberToken, label: member.displayName.revealed, secret: token.revealed))
        } catch {
            let state = try turn.refused(by: error, Self.field)
            return try await turn.show(newMember(turn, state), status: .refused(error))
        }
    }

    private func roles(_ turn: Turn) throws -> Set<Role> {
        let roles = Set(turn.form.all("role").compactMap(Role.init(rawValue:)))
        if roles.isEmpty { throw PlatformError.missing("roles") }
        return roles
    }

    private static func field(_ path: String) -> String? { path == "roles" ? "role" : nil }

    // MARK: - One

    private func memberPage(_ turn: Turn, _ id: StaffID, _ form: FormState? = nil) async throws -> StaffMemberPage {
        let (member, now) = (try await installation.staff.find(id), Date())
        return StaffMemberPage(
            id: id.description, name: member.displayName.revealed, isActive: member.state == .active,
            roles: Self.roles,
            tokens: try await installation.adminTokens.list(of: id).map { TokenRow($0, at: now) },
            pending: try await pending(about: [id.description], turn), mayManage: turn.may(.staffWrite),
            form: form
                ?? FormState(values: [
                    "name": [member.displayName.revealed], "email": [member.email.revealed],
                    "role": member.roles.map(\.rawValue).sorted(),
                ]))
    }

    @Sendable private func changeMember(_ turn: Turn) async throws -> Response {
        let id: StaffID = try turn.scope.id("member")
        do {
            let known = try await installation.staff.find(id)
            // The address is who they are at the identity provider, and stays.
            if let email = turn.form["email"], email != known.email.revealed {
                throw PlatformError.invalid("email", "this stays; add a new member for another address")
            }
            let change = StaffChange(displayName: Personal(turn.form["name"] ?? ""), roles: try roles(turn))
            _ = try await installation.staff.change(id, change, revision: nil, turn.cause)
            return turn.go(ConsolePath.member(id.description), saying: .saved)
        } catch {
            let state = try turn.refused(by: error, Self.field)
            return try await turn.show(try await memberPage(turn, id, state), status: .refused(error))
        }
    }

    @Sendable private func deactivate(_ turn: Turn) async throws -> Response {
        let id: StaffID = try turn.scope.id("member")
        do {
            _ = try await installation.staff.change(id, StaffChange(state: .disabled), revision: nil, turn.cause)
            return turn.go(ConsolePath.member(id.description), saying: .saved)
        } catch {
            var page = try await memberPage(turn, id)
            page.form.general = try turn.refused(by: error).general
            return try await turn.show(page, status: .refused(error))
        }
    }

    @Sendable private func revokeToken(_ turn: Turn) async throws -> Response {
        let member: StaffID = try turn.scope.id("member")
        try await installation.adminTokens.revoke(try turn.scope.id("staff_token"), of: member, turn.cause)
        return turn.go(ConsolePath.member(member.description), saying: .revoked)
    }
}
