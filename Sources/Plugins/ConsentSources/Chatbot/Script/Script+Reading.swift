import PluginKit

extension Script {
    /// Lays a configuration over the default script and reads the result.
    /// - Returns: no script when too much is missing to say more.
    static func read(_ configuration: JSON, with terms: ConsentTerms) -> (script: Script?, problems: [ConsentRefusal]) {
        var reader = ScriptReader(terms: terms)
        guard configuration.object != nil || configuration.isNull else {
            reader.fault("(configuration)", "expected an object, found \(configuration.kind)")
            return (nil, reader.problems)
        }
        let base: JSON
        switch configuration["extends"] {
        case nil, .null?, .string("default")?: base = DefaultScript.json
        case .string("nothing")?: base = [:]
        default:
            reader.fault("extends", "can be default, to name only what differs, or nothing, for a script of your own")
            return (nil, reader.problems)
        }
        let merged = base.overlaid(with: configuration.isNull ? [:] : configuration)
        let script = reader.script(merged)
        if let script { reader.check(script) }
        return (script, reader.problems)
    }
}

extension JSON {
    /// Members of objects are laid over by name, all else is replaced; `null` takes out.
    fileprivate func overlaid(with other: JSON) -> JSON {
        guard case .object(var object) = self, let others = other.object else { return other }
        for (name, value) in others.members {
            if value.isNull {
                object[name] = nil
            } else if let own = object[name] {
                object[name] = own.overlaid(with: value)
            } else {
                object[name] = value
            }
        }
        return .object(object)
    }
}

extension ScriptReader {
    fileprivate static let fields: Set<String> = [
        "extends", "languages", "start", "greeting", "unclear", "stopped", "reminder", "wait_minutes", "steps",
    ]

    fileprivate mutating func script(_ json: JSON) -> Script? {
        let object = object(json, "", known: Self.fields) ?? JSONObject()
        readLanguages(object["languages"])
        guard !languages.isEmpty else { return nil }
        let start = word(object["start"], "start")
        if start == nil, object["start"] == nil { fault("start", "this is missing; give the id of the first step") }
        let greeting = texts(object["greeting"], "greeting")
        let unclear = texts(object["unclear"], "unclear")
        let stopped = texts(object["stopped"], "stopped")
        var reminder: Script.Reminder?
        if let given = self.object(object["reminder"], "reminder", known: ["after_minutes", "texts"]),
            given["after_minutes"] != nil
        {
            let texts = texts(given["texts"], "reminder.texts")
            if let minutes = minutes(given["after_minutes"], "reminder.after_minutes", Limits.reminderMinutes) {
                reminder = Script.Reminder(afterMinutes: minutes, texts: texts)
            }
        }
        let wait = minutes(object["wait_minutes"], "wait_minutes", Limits.waitMinutes) ?? 15
        guard let members = object["steps"]?.object?.members, !members.isEmpty else {
            fault("steps", "give an object of steps by id")
            return nil
        }
        guard members.count <= Limits.steps else {
            fault("steps", "at most \(Limits.steps) steps; there are \(members.count)")
            return nil
        }
        var steps: [String: Script.Step] = [:]
        // An object's members have no order once they are stored.
        for (id, value) in members.sorted(by: { $0.name < $1.name }) {
            guard isStepID(id) else {
                fault(
                    "steps.\(id.prefix(64))",
                    "use an id of a-z, 0-9, _ and - that begins with a letter, at most \(Limits.stepID) characters")
                continue
            }
            if let step = step(id, value) { steps[id] = step }
        }
        return Script(
            languages: languages, start: start ?? "", greeting: greeting, unclear: unclear, stopped: stopped,
            reminder: reminder, waitMinutes: wait, steps: steps)
    }

    private func isStepID(_ id: String) -> Bool {
        guard let first = id.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return id.utf8.count <= Limits.stepID
            && id.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}
