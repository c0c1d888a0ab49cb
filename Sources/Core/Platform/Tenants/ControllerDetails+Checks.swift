import PluginKit

extension ControllerDetails {
    /// Characters of a name, a street and the like.
    public static let textLimit = 200
    /// Entries of a list, and characters of each.
    public static let listLimit = 50
    /// Days that something may be kept: a hundred years.
    public static let retentionLimit = 36_500

    /// The countries that an address can name, ISO 3166-1 alpha-2.
    public static let countryCodes = Countries.codes.sorted()

    /// The languages that can be named.
    public static let languageTags = Languages.ordered

    /// Everything that is not right in what is there; what is missing is another matter.
    /// - Parameter path: where the details stand in the request.
    func problems(at path: String = "details") -> [PlatformError.Field] {
        var check = Check(path: path)
        check.text("legal_name", legalName)
        check.text("legal_form", legalForm)
        check.text("register.name", register?.name)
        check.text("register.number", register?.number)
        check.text("address.street", address?.street)
        check.text("address.postal_code", address?.postalCode)
        check.text("address.city", address?.city)
        check.country("address.country", address?.country)
        check.text("representative.name", representative?.name.revealed)
        check.text("representative.function", representative?.function.revealed)
        switch officer {
        case .person(let person): check.person("data_protection_officer", person)
        case .absent(let because): check.text("data_protection_officer.absent_because", because)
        case nil: break
        }
        if let breachContact { check.person("breach_contact", breachContact) }
        check.list("purposes", purposes)
        check.list("data_categories", dataCategories)
        check.list("person_categories", personCategories)
        if case .processed(let kinds) = specialCategories, kinds.isEmpty {
            check.complain("special_categories.kinds", "name at least one kind, or say that none are processed")
        }
        for (kind, days) in retention.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where !(1...Self.retentionLimit).contains(days) {
            check.complain("retention.\(kind.rawValue)", "give days, from 1 to \(Self.retentionLimit)")
        }
        check.languages("languages", languages)
        return check.problems
    }

    private struct Check {
        let path: String
        var problems: [PlatformError.Field] = []

        init(path: String) { self.path = path }

        mutating func complain(_ name: String, _ problem: String) {
            problems.append(.init(path: "\(path).\(name)", problem: problem))
        }

        mutating func text(_ name: String, _ text: String?) {
            guard let text else { return }
            if let problem = ControllerDetails.problem(ofText: text) { complain(name, problem) }
        }

        mutating func country(_ name: String, _ code: String?) {
            guard let code else { return }
            if !Countries.codes.contains(code) {
                complain(name, "give the two letters of a country (ISO 3166-1), such as DE")
            }
        }

        mutating func person(_ name: String, _ person: ContactPerson) {
            text("\(name).name", person.name.revealed)
            if !StaffService.isEmail(person.email.revealed) { complain("\(name).email", "give an e-mail address") }
            if let problem = ControllerDetails.problem(ofPhone: person.phone.revealed) {
                complain("\(name).phone", problem)
            }
        }

        mutating func list(_ name: String, _ entries: [String]) {
            if entries.count > ControllerDetails.listLimit {
                complain(name, "give at most \(ControllerDetails.listLimit); these are \(entries.count)")
            }
            for (place, entry) in entries.enumerated() { text("\(name)[\(place)]", entry) }
            if Set(entries).count < entries.count { complain(name, "name each once") }
        }

        mutating func languages(_ name: String, _ tags: [String]) {
            for (place, tag) in tags.enumerated() where !Languages.tags.contains(tag) {
                complain(
                    "\(name)[\(place)]",
                    "this is no language that we know by its tag (BCP 47), such as de, en or de-AT")
            }
            if Set(tags).count < tags.count { complain(name, "name each once") }
        }
    }

    static func problem(ofText text: String) -> String? {
        guard (1...textLimit).contains(text.unicodeScalars.count) else { return "give 1 to \(textLimit) characters" }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "give one line of text, without control characters"
        }
        guard !text.allSatisfy(\.isWhitespace) else { return "give more than blanks" }
        return nil
    }

    /// E.164: a plus, and at most 15 digits that begin with a country's code.
    static func problem(ofPhone text: String) -> String? {
        guard text.hasPrefix("+") else { return "begin with + and the country's code, such as +49301234567 (E.164)" }
        let digits = text.dropFirst()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return "use digits alone after the +, no blanks or brackets (E.164)"
        }
        guard digits.first != "0" else { return "no country's code begins with 0 (E.164)" }
        guard (7...15).contains(digits.count) else { return "give 7 to 15 digits; these are \(digits.count) (E.164)" }
        return nil
    }
}
