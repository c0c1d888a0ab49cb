/// What one member of staff asks for and another decides: what cannot be undone, or reaches far.
public enum ApprovalAction: String, Sendable, Hashable, CaseIterable {
    case endAgreement = "end_agreement"
    case changeRegion = "change_region"
    case terminateTenant = "terminate_tenant"
    case eraseTenant = "erase_tenant"
    case moveChannel = "move_channel"

    /// What both who asks and who decides must be allowed.
    public var permission: Permission {
        switch self {
        case .endAgreement: .agreementsEnd
        case .changeRegion: .installationWrite
        case .terminateTenant, .eraseTenant: .tenantsTerminate
        case .moveChannel: .channelsMove
        }
    }
}
