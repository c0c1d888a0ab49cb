import Console
import Foundation
import Hummingbird
import Platform
import PluginKit

/// Who the provider is: without it no agreement can be offered.
extension ConsoleRoutes {
    func addProvider(to pages: Pages) {
        pages.get("provider", .installationWrite) { turn in
            let known = try await installation.provider.find()?.details
            return try await turn.show(ProviderPage(form: known.map(Self.state) ?? FormState()))
        }
        pages.post("provider", .installationWrite, use: saveProvider)
    }

    private static func state(_ details: ProviderDetails) -> FormState {
        let party = details.party
        let values: [ProviderPage.Term: String?] = [
            .name: party.name, .register: party.register, .address: party.address,
            .representative: party.representative, .representativeRole: party.representativeRole,
            .officer: party.dataProtectionOfficer, .breachContact: party.breachContact,
            .germanLaw: details.governingLaw.german, .englishLaw: details.governingLaw.english,
            .germanVenue: details.venue.german, .englishVenue: details.venue.english,
        ]
        return FormState(
            Dictionary(uniqueKeysWithValues: values.compactMap { term, value in value.map { (term.rawValue, $0) } }))
    }

    @Sendable private func saveProvider(_ turn: Turn) async throws -> Response {
        func text(_ term: ProviderPage.Term) -> String {
            // Browsers end the lines of an area with CR and LF.
            (turn.form[term.rawValue] ?? "").replacing("\r\n", with: "\n").trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
        func optional(_ term: ProviderPage.Term) -> String? { text(term).isEmpty ? nil : text(term) }
        let party = AgreementParty(
            name: text(.name), register: optional(.register), address: text(.address),
            representative: text(.representative), representativeRole: optional(.representativeRole),
            dataProtectionOfficer: optional(.officer), breachContact: text(.breachContact))
        do {
            _ = try await installation.provider.set(
                ProviderDetails(
                    party: party,
                    governingLaw: BilingualText(german: text(.germanLaw), english: text(.englishLaw)),
                    venue: BilingualText(german: text(.germanVenue), english: text(.englishVenue))), turn.cause)
            return turn.go(ConsolePath.regions, saying: .saved)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(ProviderPage(form: state), status: .refused(error))
        }
    }
}
