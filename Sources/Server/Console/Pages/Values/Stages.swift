/// Where a tenant stands. The raw values are the platform's.
public enum TenantStage: String, Sendable, Codable, CaseIterable {
    case draft, onboarding, active, suspended, terminated, erased
}

/// Where an agreement stands.
public enum AgreementStage: String, Sendable, Codable, CaseIterable {
    case draft, offered, accepted
    case inForce = "in_force"
    case suspended, superseded, ended, declined, withdrawn, lapsed
}

/// Whether a channel carries messages.
public enum ChannelStage: String, Sendable, Codable, CaseIterable { case active, stopped, disconnected }

/// How something is.
public enum HealthLevel: String, Sendable, Codable, CaseIterable { case healthy, degraded, unavailable }

/// Whether a key, token or session still opens anything.
public enum CredentialStage: String, Sendable, Codable, CaseIterable { case active, expired, revoked }

extension Words {
    func badge(_ stage: TenantStage) -> Badge {
        let tone: Badge.Tone =
            switch stage {
            case .active: .good
            case .draft, .onboarding: .waiting
            case .suspended: .warning
            case .terminated, .erased: .neutral
            }
        return Badge(name(of: stage, in: "tenant.state"), tone)
    }

    func badge(_ stage: AgreementStage) -> Badge {
        let tone: Badge.Tone =
            switch stage {
            case .inForce: .good
            case .offered, .accepted: .waiting
            case .suspended: .warning
            case .declined: .bad
            case .draft, .superseded, .ended, .withdrawn, .lapsed: .neutral
            }
        return Badge(name(of: stage, in: "agreement.state"), tone)
    }

    func badge(_ stage: ChannelStage) -> Badge {
        Badge(
            name(of: stage, in: "channel.state"), stage == .active ? .good : stage == .stopped ? .warning : .neutral)
    }

    func badge(_ level: HealthLevel) -> Badge {
        Badge(name(of: level, in: "health"), level == .healthy ? .good : level == .degraded ? .warning : .bad)
    }

    func badge(_ stage: CredentialStage) -> Badge {
        Badge(name(of: stage, in: "credential.state"), stage == .active ? .good : .neutral)
    }
}
