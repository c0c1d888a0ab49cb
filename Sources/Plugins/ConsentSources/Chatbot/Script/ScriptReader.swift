import PluginKit

/// Reads a configuration and gathers all that is wrong, by path.
struct ScriptReader {
    let terms: ConsentTerms
    var problems: [ConsentRefusal] = []
    /// Which every text must be given in; known once `languages` has been read.
    var languages: [String] = []

    init(terms: ConsentTerms) { self.terms = terms }

    mutating func fault(_ field: String, _ problem: String) {
        problems.append(ConsentRefusal(field: field, problem: problem))
    }

    mutating func object(_ json: JSON?, _ path: String, known: Set<String>) -> JSONObject? {
        guard let json, !json.isNull else { return nil }
        guard let object = json.object else {
            fault(path, "expected an object, found \(json.kind)")
            return nil
        }
        for member in object.members where !known.contains(member.name) {
            fault(
                join(path, String(member.name.prefix(64))),
                "there is no such field; known are \(known.sorted().joined(separator: ", "))")
        }
        return object
    }

    func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    mutating func word(_ json: JSON?, _ path: String) -> String? {
        guard let json, !json.isNull else { return nil }
        guard let text = json.string else {
            fault(path, "expected text, found \(json.kind)")
            return nil
        }
        guard !text.isEmpty, text.unicodeScalars.count <= 64 else {
            fault(path, "give a word of at most 64 characters")
            return nil
        }
        return text
    }

    mutating func flag(_ json: JSON?, _ path: String) -> Bool {
        guard let json, !json.isNull else { return false }
        guard let flag = json.bool else {
            fault(path, "expected true or false, found \(json.kind)")
            return false
        }
        return flag
    }

    mutating func minutes(_ json: JSON?, _ path: String, _ range: ClosedRange<Int>) -> Int? {
        guard let json, !json.isNull else { return nil }
        guard let minutes = json.int, range.contains(minutes) else {
            fault(path, "give whole minutes from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return minutes
    }

    /// One word, or several.
    mutating func words(_ json: JSON?, _ path: String) -> [String]? {
        guard let json, !json.isNull else { return nil }
        guard let list = json.array else { return word(json, path).map { [$0] } }
        guard !list.isEmpty, list.count <= 20 else {
            fault(path, "give 1 to 20 words")
            return nil
        }
        return list.enumerated().compactMap { word($0.element, "\(path)[\($0.offset)]") }
    }

    /// A text in every language of the script. A text in a language that is not spoken is kept for later.
    /// - Parameter needed: whether it must be there.
    mutating func texts(_ json: JSON?, _ path: String, needed: Bool = true) -> [String: String] {
        guard let json, !json.isNull else {
            if needed { fault(path, "this is missing; give a text in \(languages.joined(separator: ", "))") }
            return [:]
        }
        guard let object = json.object else {
            fault(path, "expected an object with a text for each language, found \(json.kind)")
            return [:]
        }
        var texts: [String: String] = [:]
        for (language, value) in object.members where !value.isNull {
            guard Words.all[language] != nil else {
                fault(
                    join(path, String(language.prefix(64))),
                    "there is no such language here; \(Words.all.keys.sorted().joined(separator: ", ")) can be had")
                continue
            }
            guard let text = value.string, text.contains(where: { !$0.isWhitespace }) else {
                fault(
                    join(path, language), value.string == nil ? "expected text, found \(value.kind)" : "this is empty")
                continue
            }
            texts[language] = text
        }
        for language in languages where texts[language] == nil && object[language].map(\.isNull) ?? true {
            fault(join(path, language), "this is missing: \(language) is one of the languages")
        }
        return texts
    }

    /// The languages in which the terms can be shown whole.
    var spoken: [String] {
        DefaultScript.languages.filter { language in
            Placeholders.text(terms.notice.texts, language) != nil
                && terms.purposes.allSatisfy { Placeholders.text($0.texts, language) != nil }
        }
    }

    mutating func readLanguages(_ json: JSON?) {
        guard let json, !json.isNull else {
            languages = spoken
            if languages.isEmpty {
                fault(
                    "languages",
                    "the terms are in none of \(DefaultScript.languages.joined(separator: ", ")) with notice and all purposes"
                )
            }
            return
        }
        guard let list = json.array, !list.isEmpty else {
            fault("languages", "give a list of languages such as [\"de\", \"en\"]")
            return
        }
        for (index, value) in list.enumerated() {
            let path = "languages[\(index)]"
            guard let language = value.string, Words.all[language] != nil else {
                fault(path, "can be one of \(Words.all.keys.sorted().joined(separator: ", "))")
                continue
            }
            guard !languages.contains(language) else {
                fault(path, "this stands there twice")
                continue
            }
            languages.append(language)
            if Placeholders.text(terms.notice.texts, language) == nil {
                fault(path, "the terms have no privacy notice in this language")
            }
            for purpose in terms.purposes where Placeholders.text(purpose.texts, language) == nil {
                fault(path, "the purpose \(purpose.name) has no text in this language")
            }
        }
    }
}
