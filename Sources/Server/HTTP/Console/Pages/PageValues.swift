import Console
import Platform
import PluginKit

import struct Foundation.Date

// The platform's values as the pages want them.

extension TenantStage {
    init(_ state: TenantState) {
        self =
            switch state {
            case .draft: .draft
            case .onboarding: .onboarding
            case .active: .active
            case .suspended: .suspended
            case .terminated: .terminated
            case .erased: .erased
            }
    }
}

extension AgreementStage {
    init(_ state: AgreementState) {
        self =
            switch state {
            case .draft: .draft
            case .offered: .offered
            case .accepted: .accepted
            case .inForce: .inForce
            case .suspended: .suspended
            case .superseded: .superseded
            case .ended: .ended
            case .declined: .declined
            case .lapsed: .lapsed
            case .withdrawn: .withdrawn
            }
    }
}

extension ChannelStage {
    init(_ state: ChannelState) {
        self =
            switch state {
            case .active: .active
            case .stopped: .stopped
            case .disconnected: .disconnected
            }
    }
}

extension HealthLevel {
    init(_ state: HealthReport.State) {
        self =
            switch state {
            case .healthy: .healthy
            case .degraded: .degraded
            case .unavailable: .unavailable
            }
    }

    /// As far as it is known without asking the messenger.
    static func worst(of states: [ChannelState]) -> HealthLevel? {
        if states.isEmpty { return nil }
        if states.contains(.disconnected) { return .unavailable }
        return states.allSatisfy { $0 == .active } ? .healthy : .degraded
    }
}

extension TenantPage.Move {
    /// Where it leads; nil for the moves that a second member of staff decides.
    var state: TenantState? {
        switch self {
        case .onboard: .onboarding
        case .activate, .reinstate: .active
        case .suspend: .suspended
        case .terminate, .erase: nil
        }
    }

    /// From where.
    var old: TenantState? {
        switch self {
        case .onboard: .draft
        case .activate: .onboarding
        case .suspend: .active
        case .reinstate: .suspended
        case .terminate, .erase: nil
        }
    }
}

extension TenantPage.Requirement {
    init(_ code: GoLiveChecklist.Item.Code) {
        self =
            switch code {
            case .details: .details
            case .agreement: .agreement
            case .region: .region
            case .channel: .channel
            case .key: .key
            }
    }
}

extension TenantPage.AgreementRow {
    init(_ agreement: Agreement) {
        let terms = agreement.electronic
        let since = [agreement.endedAt, terms?.countersignedAt, terms?.acceptedAt, terms?.offeredAt]
        self.init(
            id: agreement.id.description, reference: agreement.reference, version: agreement.version,
            stage: AgreementStage(agreement.state), since: since.compactMap { $0 }.first ?? agreement.recordedAt)
    }
}

extension Agreement {
    /// Of its wording; a dash for one that was concluded elsewhere.
    var version: String { electronic?.textVersion ?? "–" }
}

extension Channel {
    var name: String { displayAddress ?? address }
}

extension TenantPage.ChannelRow {
    init(_ channel: Channel) {
        self.init(
            id: channel.id.description, name: channel.name, plugin: channel.plugin, stage: ChannelStage(channel.state))
    }
}

extension CredentialStage {
    init(revokedAt: Date?, expiresAt: Date?, now: Date) {
        self = revokedAt != nil ? .revoked : expiresAt.map { $0 <= now } == true ? .expired : .active
    }
}

extension TenantPage.KeyRow {
    init(_ key: APIKey, at now: Date) {
        self.init(
            id: key.id.description, label: key.label, prefix: key.prefix, scopes: key.scopes.map(\.rawValue).sorted(),
            stage: CredentialStage(revokedAt: key.revokedAt, expiresAt: key.expiresAt, now: now),
            expiresAt: key.expiresAt, lastUsedAt: key.lastUsedAt)
    }
}

extension TokenRow {
    init(_ token: AdminToken, at now: Date) {
        self.init(
            id: token.id.description, label: token.label, prefix: token.prefix,
            stage: CredentialStage(revokedAt: token.revokedAt, expiresAt: token.expiresAt, now: now),
            createdAt: token.createdAt, expiresAt: token.expiresAt)
    }
}

extension RegionFacts {
    /// Countries of the European Economic Area, ISO 3166-1 alpha-2.
    private static let economicArea: Set<String> = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ]

    init(_ id: String, _ jurisdiction: Jurisdiction) {
        let place = jurisdiction.at(Date())
        self.init(
            id: id, country: place.country, place: place.place, operatorName: place.operator,
            parent: place.operatorParent, parentCountry: place.operatorParentCountry,
            isUnderForeignLaw: place.operatorParentCountry.map { !Self.economicArea.contains($0) } ?? false,
            subProcessors: place.subProcessors,
            coming: place.comingSubProcessors.map { .init(name: $0.name, from: $0.from) })
    }

    /// A region that this process does not serve: no more than its name is known.
    init(unreached id: RegionID) {
        self.init(
            id: id.rawValue, country: "", place: "–", operatorName: "–", parent: nil, parentCountry: nil,
            isUnderForeignLaw: false, subProcessors: [])
    }
}

extension RegionsPage.Plugin {
    init(_ manifest: PluginManifest) {
        self.init(
            name: manifest.name, id: manifest.id, version: manifest.version, summary: manifest.summary,
            capabilities: manifest.capabilities,
            dataFlows: manifest.dataFlows.map { flow in
                .init(
                    recipient: flow.recipient, countries: flow.countries, dataCategories: flow.dataCategories,
                    purpose: flow.purpose, legalBasis: flow.legalBasis, transferMechanism: flow.transferMechanism,
                    retention: flow.retention)
            })
    }
}
