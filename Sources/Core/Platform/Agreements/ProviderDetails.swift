import PluginKit

/// Who the provider is, as annex I of every agreement names it, and the law its agreements are under.
public struct ProviderDetails: Sendable, Hashable, Codable {
    public var party: AgreementParty
    public var governingLaw: BilingualText
    public var venue: BilingualText

    public init(party: AgreementParty, governingLaw: BilingualText, venue: BilingualText) {
        self.party = party
        self.governingLaw = governingLaw
        self.venue = venue
    }
}
