import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct DataLocalisationTests {
    static let rows: [(country: String, code: String, isInCountry: Bool)] = [
        ("DE", "DE", true), ("FI", "DE", false), ("FR", "DE", false), ("IE", "DE", false), ("NO", "DE", false),
        ("IS", "DE", false), ("LI", "DE", false), ("CH", "CH", true), ("GB", "GB", true), ("US", "DE", false),
        ("de", "DE", false), ("", "DE", false),
    ]

    @Test(arguments: rows)
    func `content is stored where the tenant lives, or in the EU`(country: String, code: String, isInCountry: Bool) {
        let choice = DataLocalisation.choice(for: country)
        #expect(choice == DataLocalisation.Choice(code: code, isInCountry: isInCountry))
        #expect(DataLocalisation.sentence(choice, for: country).contains("in \(code)"))
    }

    @Test(arguments: Jurisdiction.eeaCountries.sorted())
    func `nothing of a region in the EEA is stored outside it`(country: String) {
        #expect(Jurisdiction.eeaCountries.contains(DataLocalisation.choice(for: country).code))
    }

    @Test func `the nearest in the EEA is one that Meta offers, and the only one`() {
        #expect(DataLocalisation.offered.intersection(Jurisdiction.eeaCountries) == [DataLocalisation.nearestInEEA])
    }
}
