import Testing

@testable import Platform

/// Which files are kept as a text, and what is said of those that are not.
@Suite struct AgreementTextFilesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let german: [(String, String)]
        let english: [(String, String)]
        /// Where something is wrong, in order.
        let paths: [String]
        /// What is said of it.
        let said: [String]

        init(
            _ name: String, german: [(String, String)] = [], english: [(String, String)] = [], _ paths: [String],
            _ said: [String] = []
        ) {
            testDescription = name
            self.german = german
            self.english = english
            self.paths = paths
            self.said = said
        }

        var files: AgreementTextFiles {
            var files = AgreementTextFiles.sample("clinics", 3)
            for (old, new) in german { files.german = files.german.replacing(old, with: new, maxReplacements: 1) }
            for (old, new) in english { files.english = files.english.replacing(old, with: new, maxReplacements: 1) }
            return files
        }
    }

    private static let title = "title: Security of processing"

    static let cases: [Case] = [
        Case("no YAML", german: [("id: clinics", "id: [clinics")], ["de"], ["no valid YAML"]),
        Case("an unknown key", english: [(title, "titel: Security")], ["en: clauses[10].titel"], ["line"]),
        Case(
            "something wrong in each", german: [("id: purpose", "id: Zweck!")], english: [(title, "title: \"\"")],
            ["de: clauses[0].id", "en: clauses[10].title"], ["lower-case", "not empty"]),
        Case(
            "a control character by an escape", english: [(title, #"title: "Security\0of processing""#)],
            ["en: clauses[10].title"], ["control characters"]),
        Case(
            "another language than the file is for", german: [("language: de", "language: en")], ["de: language"],
            ["must say de"]),
        Case(
            "the platform's own name", german: [("id: clinics", "id: standard")],
            english: [("id: clinics", "id: standard")], ["de: id", "en: id"], ["platform's own"]),
        Case("a name that is none", german: [("id: clinics", "id: Kliniken GmbH")], ["de: id"], ["a-z, 0-9"]),
        Case("two names", english: [("id: clinics", "id: shops")], ["en: id"], ["both files are one text"]),
        Case(
            "a version that does not count", german: [("version: \"3\"", "version: \"3.1\"")], ["de: version"],
            ["whole number"]),
        Case("a version with a zero before it", english: [("version: \"3\"", "version: \"03\"")], ["en: version"]),
        Case("version 0", german: [("version: \"3\"", "version: \"0\"")], ["de: version"]),
        Case("two versions", english: [("version: \"3\"", "version: \"4\"")], ["en: version"], ["one version"]),
        Case(
            "a clause with another id in the other language",
            english: [("id: docking", "id: joining")], ["en: clauses"], ["same id in both"]),
    ]

    @Test(arguments: cases)
    func `what is wrong is named with language and place`(_ each: Case) throws {
        let error = #expect(throws: PlatformError.self) { try each.files.checked() }
        #expect(error?.code == .invalid && error?.remedy != nil)
        #expect(error?.fields.map(\.path) == each.paths)
        let problems = (error?.fields ?? []).map(\.problem).joined(separator: "\n")
        for words in each.said { #expect(problems.contains(words), "\(problems)") }
    }

    @Test func `files that are one text are told by the name and version they say`() throws {
        let identity = try AgreementTextFiles.sample("clinics", 12).checked()
        #expect(identity.name.rawValue == "clinics" && identity.version == 12)
    }

    @Test(arguments: ["", String(repeating: "a", count: AgreementTextFiles.limit + 1), "a\u{0}"])
    func `a file has a length, and no U+0000`(_ file: String) {
        var files = AgreementTextFiles.sample()
        files.english = file
        let error = #expect(throws: PlatformError.self) { try files.checked() }
        #expect(error?.fields.map(\.path) == ["en"])
    }

    @Test func `what is quoted is cut`() {
        var files = AgreementTextFiles.sample()
        let key = String(repeating: "k", count: 20_000)
        files.german = files.german.replacing("language: de", with: "language: de\n\(key): x", maxReplacements: 1)
        let error = #expect(throws: PlatformError.self) { try files.checked() }
        #expect((error?.message.count ?? .max) < 1000)
    }
}
