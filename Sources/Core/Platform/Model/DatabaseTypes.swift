public import PluginKit
public import Postgres

// How values of the model stand in tables: by their raw text.
extension TenantState: PostgresEnum {}
extension AgreementState: PostgresEnum {}
extension Agreement.Form: PostgresEnum {}
extension ConsentState: PostgresEnum {}
extension ConsentProof: PostgresEnum {}
extension MessageState: PostgresEnum {}
extension MessageDirection: PostgresEnum {}
extension ConsentEventKind: PostgresEnum {}
extension Role: PostgresEnum {}
extension StaffMember.State: PostgresEnum {}
extension StaffMember.Language: PostgresEnum {}
extension ApprovalAction: PostgresEnum {}
extension Approval.State: PostgresEnum {}
extension ConsoleSession.Method: PostgresEnum {}

extension ChannelState {
    /// As two columns: the word, and why it was stopped.
    var columns: (state: String, reason: String?) {
        switch self {
        case .active: ("active", nil)
        case .stopped(let reason): ("stopped", reason)
        case .disconnected: ("disconnected", nil)
        }
    }

    init(state: String, reason: String?) {
        switch state {
        case "active": self = .active
        case "stopped": self = .stopped(reason: reason ?? "")
        default: self = .disconnected
        }
    }
}
