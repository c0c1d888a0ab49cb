internal import Documents

/// The files of a wording, one a language, as they are given and kept.
public struct AgreementTextFiles: Sendable, Hashable {
    public var german: String
    public var english: String

    /// Characters of a file; the standard text has about 40 000.
    public static let limit = 200_000
    /// What the files may say as `version`.
    public static let versions = 1...9999

    public init(german: String, english: String) {
        self.german = german
        self.english = english
    }

    subscript(_ language: DocumentLanguage) -> String { language == .german ? german : english }

    /// What the files say of themselves.
    struct Identity: Sendable, Hashable {
        var name: AgreementTextName
        var version: Int
    }

    /// Whether they can be kept: each is a whole text, and they are the same in two languages. A pure rule.
    /// - Throws: `.invalid` that names for each file the first thing that is wrong, with its place and line.
    func checked() throws(PlatformError) -> Identity {
        var problems: [PlatformError.Field] = []
        var texts: [AgreementText] = []
        for language in DocumentLanguage.allCases {
            do {
                let text = try load(language)
                texts.append(text)
                problems += Self.problems(of: text, as: language)
            } catch {
                problems += error.fields.map { Self.short($0) }
            }
        }
        if problems.isEmpty, let first = texts.first {
            problems = texts.dropFirst().flatMap { first.differences(to: $0) }
        }
        guard problems.isEmpty, let text = texts.first, let name = AgreementTextName(text.id),
            let version = Int(text.version)
        else {
            throw PlatformError(
                .invalid, "The text cannot be kept: \(problems.map(\.path).joined(separator: ", ")).",
                remedy: "Mend what is named and have it checked again; Docs/agreements.md describes each key.",
                fields: problems)
        }
        return Identity(name: name, version: version)
    }

    /// - Throws: `.invalid` whose fields begin with the language.
    func load(_ language: DocumentLanguage) throws(PlatformError) -> AgreementText {
        let source = self[language]
        let key = language.rawValue
        guard (1...Self.limit).contains(source.unicodeScalars.count), !source.utf8.contains(0) else {
            throw PlatformError.invalid(key, "give a YAML file of 1 to \(Self.limit) characters, without U+0000")
        }
        do {
            return try AgreementText.load(Array(source.utf8), file: key)
        } catch let error as PlatformError {
            throw error
        } catch {
            throw PlatformError.invalid(key, "cannot be read")
        }
    }

    private static func problems(of text: AgreementText, as language: DocumentLanguage) -> [PlatformError.Field] {
        var problems: [PlatformError.Field] = []
        func complain(_ key: String, _ problem: String) {
            problems.append(.init(path: "\(language.rawValue): \(key)", problem: problem))
        }
        if text.language != language { complain("language", "this file must say \(language.rawValue)") }
        if text.id == AgreementTextName.standard.rawValue {
            complain("id", "standard is the platform's own; give another name")
        } else if AgreementTextName(text.id) == nil {
            complain(
                "id", "give a name of 1 to 63 of a-z, 0-9 and -, which begins with a letter and does not end with -")
        }
        if Int(text.version).map({ versions.contains($0) && String($0) == text.version }) != true {
            complain("version", "give a whole number from 1 to \(versions.upperBound), higher than the version before")
        }
        return problems
    }

    /// A key or value that is quoted may be as long as the file.
    private static func short(_ field: PlatformError.Field) -> PlatformError.Field {
        PlatformError.Field(path: String(field.path.prefix(200)), problem: String(field.problem.prefix(500)))
    }
}

extension AgreementText {
    /// In what two languages of one text must not differ.
    fileprivate func differences(to other: AgreementText) -> [PlatformError.Field] {
        var problems: [PlatformError.Field] = []
        func complain(_ key: String, _ problem: String) {
            problems.append(.init(path: "\(other.language.rawValue): \(key)", problem: problem))
        }
        let mine = language.rawValue
        if id != other.id { complain("id", "is another than in \(mine); both files are one text") }
        if version != other.version { complain("version", "is another than in \(mine); both files are one version") }
        if clauses.map(\.id) != other.clauses.map(\.id) {
            complain("clauses", "have other ids than in \(mine), or in another order; a clause has the same id in both")
        }
        return problems
    }
}
