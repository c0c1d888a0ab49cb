import PluginKit

@testable import Platform

extension Region {
    /// Another member of staff.
    func colleague(_ name: String, _ roles: Set<Role>) async throws -> StaffMember {
        try await installation.staff.add(
            NewStaffMember(email: Personal("\(name)@provider.example"), displayName: Personal(name), roles: roles),
            .system)
    }

    /// `action outcome` of the entries that begin so, in order.
    func trail(_ prefix: String, in chain: AuditChain = .control) async throws -> [String] {
        try await controlRows(
            """
            SELECT action || ' ' || outcome AS entry FROM audit_entries
            WHERE chain = $1 AND starts_with(action, $2) ORDER BY sequence
            """, [chain.description, prefix]
        ).map { try $0.decode("entry") }
    }
}
