import PluginKit

@testable import Platform

extension ControllerDetails {
    /// Complete and right.
    static var sample: ControllerDetails {
        var details = ControllerDetails()
        details.legalName = "Praxis Morgenrot GmbH"
        details.legalForm = "GmbH"
        details.register = Register(name: "Amtsgericht Köln, HRB", number: "12345")
        details.address = Address(street: "Lindenweg 3", postalCode: "50667", city: "Köln", country: "DE")
        details.representative = Representative(
            name: Personal("Dr. Berta Morgenrot"), function: Personal("Geschäftsführerin"))
        details.officer = .person(
            ContactPerson(
                name: Personal("Dora Schutz"), email: Personal("dsb@morgenrot.example"), phone: Personal("+49221555010")
            ))
        details.breachContact = ContactPerson(
            name: Personal("Emil Wacht"), email: Personal("panne@morgenrot.example"), phone: Personal("+49221555011"))
        details.purposes = ["Terminvereinbarung"]
        details.dataCategories = ["Name, Rufnummer", "Nachrichten"]
        details.personCategories = ["Patientinnen und Patienten"]
        details.specialCategories = .processed([.health])
        details.retention = [.messages: 365, .contacts: 1095]
        details.languages = ["de", "en"]
        return details
    }

    /// The same, as what is to change.
    var change: ControllerDetailsChange { ControllerDetailsChange(parts: Set(Part.allCases), values: self) }
}
