import PluginKit

extension ScriptReader {
    private static let fields: [Script.Step.Kind: Set<String>] = [
        .say: ["kind", "if", "else", "next", "texts"],
        .age: ["kind", "if", "else", "next", "declined", "texts", "footer", "agree", "decline"],
        .choice: ["kind", "if", "else", "next", "texts", "footer", "options"],
        .consent: [
            "kind", "if", "else", "next", "declined", "texts", "footer", "agree", "decline", "purposes", "explicit",
        ],
        .end: ["kind", "if", "else", "outcome", "texts", "page"],
    ]

    mutating func step(_ id: String, _ json: JSON) -> Script.Step? {
        let path = "steps.\(id)"
        guard let word = json["kind"]?.string, let kind = Script.Step.Kind(rawValue: word) else {
            let kinds = Script.Step.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            fault(json.object == nil ? path : "\(path).kind", "give an object with a kind, one of \(kinds)")
            return nil
        }
        guard let object = object(json, path, known: Self.fields[kind] ?? []) else { return nil }
        var step = Script.Step(id: id, kind: kind)
        step.condition = condition(object["if"], "\(path).if")
        step.otherwise = self.word(object["else"], "\(path).else")
        step.next = self.word(object["next"], "\(path).next")
        step.declined = self.word(object["declined"], "\(path).declined")
        step.texts = texts(object["texts"], "\(path).texts", needed: kind != .end)
        step.footer = texts(object["footer"], "\(path).footer", needed: false)
        switch kind {
        case .say: break
        case .end:
            step.outcome = outcome(object["outcome"], "\(path).outcome")
            step.page = texts(object["page"], "\(path).page", needed: false)
        case .choice:
            step.options = options(object["options"], "\(path).options")
        case .age, .consent:
            step.agree = way(object["agree"], "\(path).agree", "a way to agree")
            step.decline = way(object["decline"], "\(path).decline", "a way to decline that is as easy as agreeing")
        }
        if kind == .consent {
            step.isExplicit = flag(object["explicit"], "\(path).explicit")
            step.purposes = selection(object["purposes"], "\(path).purposes")
        }
        return step
    }

    private mutating func way(_ json: JSON?, _ path: String, _ what: String) -> [String: String] {
        guard let json, !json.isNull else {
            fault(path, "a question needs \(what); give the button's title in \(languages.joined(separator: ", "))")
            return [:]
        }
        return texts(json, path)
    }

    private mutating func outcome(_ json: JSON?, _ path: String) -> Script.Step.Outcome {
        guard let word = json?.string, let outcome = Script.Step.Outcome(rawValue: word) else {
            fault(path, "can be one of \(Script.Step.Outcome.allCases.map(\.rawValue).joined(separator: ", "))")
            return .leave
        }
        return outcome
    }

    private mutating func condition(_ json: JSON?, _ path: String) -> Script.Condition? {
        guard let object = object(json, path, known: ["agreed", "declined", "language", "entry"]) else { return nil }
        let condition = Script.Condition(
            agreed: words(object["agreed"], "\(path).agreed"), declined: words(object["declined"], "\(path).declined"),
            languages: words(object["language"], "\(path).language"), entries: words(object["entry"], "\(path).entry"))
        if object.members.isEmpty { fault(path, "give agreed, declined, language or entry") }
        for (name, given) in [("agreed", condition.agreed), ("declined", condition.declined)] {
            for purpose in given ?? [] where purpose != "*" && !terms.purposes.contains(where: { $0.name == purpose }) {
                fault("\(path).\(name)", "the terms have no purpose \(purpose); * is any")
            }
        }
        for language in condition.languages ?? [] where !languages.contains(language) {
            fault("\(path).language", "\(language) is none of the languages")
        }
        return condition
    }

    private mutating func selection(_ json: JSON?, _ path: String) -> Script.Selection {
        switch json {
        case .string("first")?: return .first
        case .string("rest")?: return .rest
        case .string("special")?: return .special
        case .array(let list)? where !list.isEmpty:
            var names: [String] = []
            for (index, value) in list.enumerated() {
                guard let name = word(value, "\(path)[\(index)]") else { continue }
                if !terms.purposes.contains(where: { $0.name == name }) {
                    fault("\(path)[\(index)]", "the terms have no purpose of this name")
                } else if names.contains(name) {
                    fault("\(path)[\(index)]", "this stands there twice")
                } else {
                    names.append(name)
                }
            }
            return .named(names)
        default:
            fault(path, "give first, rest or special, or a list of purposes' names")
            return .named([])
        }
    }

    private mutating func options(_ json: JSON?, _ path: String) -> [Script.Step.Option] {
        guard let list = json?.array, (1...Limits.options).contains(list.count) else {
            fault(path, "give 1 to \(Limits.options) options; WhatsApp shows no more buttons")
            return []
        }
        var options: [Script.Step.Option] = []
        for (index, value) in list.enumerated() {
            let path = "\(path)[\(index)]"
            guard value.object != nil,
                let object = object(value, path, known: ["id", "titles", "next", "language"])
            else {
                if value.object == nil { fault(path, "expected an object, found \(value.kind)") }
                continue
            }
            guard let id = word(object["id"], "\(path).id"), !id.contains("/") else {
                fault("\(path).id", "give a word without a slash")
                continue
            }
            if options.contains(where: { $0.id == id }) { fault("\(path).id", "this stands there twice") }
            let language = word(object["language"], "\(path).language")
            if let language, !languages.contains(language) {
                fault("\(path).language", "\(language) is none of the languages")
            }
            guard let next = word(object["next"], "\(path).next") else {
                fault("\(path).next", "this is missing; give the id of a step")
                continue
            }
            options.append(
                .init(id: id, titles: texts(object["titles"], "\(path).titles"), next: next, language: language))
        }
        return options
    }
}
