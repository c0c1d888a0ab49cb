import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct ControllerDetailsTests {
    typealias Spoil = @Sendable (inout ControllerDetails) -> Void

    private static func person(_ email: String = "a@b.example", _ phone: String = "+49221555010")
        -> ControllerDetails.ContactPerson
    {
        .init(name: Personal("A"), email: Personal(email), phone: Personal(phone))
    }

    private static let long = String(repeating: "x", count: 201)

    private static let wrong: [(path: String, says: String, spoil: Spoil)] = [
        ("legal_name", "1 to 200", { $0.legalName = "" }), ("legal_name", "1 to 200", { $0.legalName = long }),
        ("legal_form", "one line", { $0.legalForm = "a\nb" }), ("legal_form", "one line", { $0.legalForm = "a\u{0}" }),
        ("legal_name", "blanks", { $0.legalName = "  " }),
        ("register.number", "1 to 200", { $0.register?.number = "" }),
        ("address.country", "ISO 3166-1", { $0.address?.country = "XX" }),
        ("address.country", "ISO 3166-1", { $0.address?.country = "de" }),
        ("address.city", "1 to 200", { $0.address?.city = "" }),
        ("representative.function", "1 to 200", { $0.representative?.function = Personal(long) }),
        ("data_protection_officer.email", "e-mail", { $0.officer = .person(person("a at b")) }),
        ("data_protection_officer.absent_because", "1 to 200", { $0.officer = .absent(because: "") }),
        ("breach_contact.phone", "begin with +", { $0.breachContact = person("a@b", "0221555010") }),
        ("breach_contact.phone", "digits alone", { $0.breachContact = person("a@b", "+49 221 555010") }),
        ("breach_contact.phone", "begins with 0", { $0.breachContact = person("a@b", "+049221555010") }),
        ("breach_contact.phone", "these are 16", { $0.breachContact = person("a@b", "+4922155501012345") }),
        ("breach_contact.phone", "these are 6", { $0.breachContact = person("a@b", "+492215") }),
        ("purposes[1]", "1 to 200", { $0.purposes = ["a", ""] }),
        ("purposes", "each once", { $0.purposes = ["a", "a"] }),
        ("data_categories", "at most 50", { $0.dataCategories = (0...50).map(String.init) }),
        ("person_categories[0]", "one line", { $0.personCategories = ["\t"] }),
        ("special_categories.kinds", "at least one", { $0.specialCategories = .processed([]) }),
        ("retention.messages", "1 to 36500", { $0.retention[.messages] = 0 }),
        ("retention.media", "1 to 36500", { $0.retention[.media] = 36_501 }),
        ("languages[1]", "BCP 47", { $0.languages = ["de", "deutsch"] }),
        ("languages[0]", "BCP 47", { $0.languages = ["DE"] }),
        ("languages", "each once", { $0.languages = ["de", "de"] }),
    ]

    @Test(arguments: wrong.indices)
    func `what is wrong is named with its field and the reason`(row: Int) throws {
        var details = ControllerDetails.sample
        Self.wrong[row].spoil(&details)
        let problems = details.problems()
        #expect(problems.map(\.path) == ["details.\(Self.wrong[row].path)"])
        #expect(problems.first?.problem.contains(Self.wrong[row].says) == true, "\(problems)")
    }

    @Test func `what is right has no problems, and nothing is missing`() {
        #expect(ControllerDetails.sample.problems() == [] && ControllerDetails.sample.missing == [])
        #expect(ControllerDetails().problems() == [])
        var details = ControllerDetails.sample
        details.officer = .absent(because: "weniger als 20 Beschäftigte")
        details.specialCategories = .notProcessed
        details.register = nil
        #expect(details.problems() == [] && details.missing == [])
    }

    @Test(arguments: ControllerDetails.Part.allCases)
    func `a part that is taken away is missing, unless it is the register`(part: ControllerDetails.Part) {
        let without = ControllerDetails.sample.taking([part], from: ControllerDetails())
        #expect(without.missing == (part == .register ? [] : [part]))
        #expect(ControllerDetails.sample.changes(to: without) == [part])
    }

    /// Each part alone, so that no two columns are mixed up.
    @Test func `details are stored and read again as they were, whole and in parts`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let tenant = try await tenants.create(name: "Praxis", region: Region.name, .system)
            #expect(try await tenants.details(tenant.id) == ControllerDetails())
            var known = ControllerDetails()
            for part in ControllerDetails.Part.allCases {
                let change = ControllerDetailsChange(parts: [part], values: .sample)
                let changed = try await tenants.change(tenant.id, TenantChange(details: change), .system)
                known = known.taking([part], from: .sample)
                #expect(try await tenants.details(tenant.id) == known, "\(part)")
                #expect(try await tenants.change(tenant.id, TenantChange(details: change), .system) == changed)
            }
            #expect(known == .sample)
            #expect(try await tenants.find(tenant.id).revision == 1 + ControllerDetails.Part.allCases.count)
            var other = ControllerDetails.sample
            other.officer = .absent(because: "keine Pflicht")
            other.specialCategories = .notProcessed
            _ = try await tenants.change(tenant.id, TenantChange(details: other.change), .system)
            #expect(try await tenants.details(tenant.id) == other)
        }
    }

    @Test func `nothing of a person reaches the trail`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let entries = try await region.controlDatabase.query(
                PostgresQuery("test.entries", "SELECT entry FROM audit_entries"))
            let text = try entries.map { try $0.decode("entry", as: String.self) }.joined()
            #expect(text.contains("data_protection_officer") && text.contains(company.id.description))
            for secret in ["Berta", "Dora", "Emil", "@morgenrot", "555010"] { #expect(!text.contains(secret)) }
        }
    }
}
