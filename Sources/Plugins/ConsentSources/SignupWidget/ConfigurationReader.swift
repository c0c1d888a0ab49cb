import PluginKit

/// Reads a set-up's configuration and gathers all that is wrong with it, by JSON path.
struct ConfigurationReader {
    private(set) var problems: [ConsentRefusal] = []

    mutating func refuse(_ field: String, _ problem: String) {
        problems.append(ConsentRefusal(field: field, problem: problem))
    }

    /// - Returns: nil for what is no object. A field that is not known is named: a misspelt one must not get lost.
    mutating func object(_ json: JSON, _ path: String, known: [String]?) -> JSONObject? {
        guard let object = json.object else {
            refuse(path, "expected an object, found \(json.kind)")
            return nil
        }
        for (name, _) in object.members where known.map({ !$0.contains(name) }) ?? false {
            let place = path.isEmpty ? "" : path + "."
            refuse(
                place + String(name.prefix(64)),
                "there is no such field; known are \((known ?? []).joined(separator: ", "))")
        }
        return object
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ json: JSON?, _ field: String) -> Choice?
    where Choice.RawValue == String {
        guard let json, !json.isNull else { return nil }
        if let choice = json.string.flatMap(Choice.init(rawValue:)) { return choice }
        refuse(field, "can be \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    mutating func colours(_ fields: JSONObject) -> Colours {
        let light = colour(fields["colour"], "colour", on: .paper)
        let dark = colour(fields["colour_dark"], "colour_dark", on: .darkPaper)
        guard let light else {
            return dark.map { Colours(light: Colours.standard.light, dark: $0) } ?? .standard
        }
        return Colours(light: light, dark: dark ?? light.readable(on: .darkPaper))
    }

    /// A colour that can be told from the dialog's ground, as WCAG 2.2 asks of controls (1.4.11).
    private mutating func colour(_ json: JSON?, _ field: String, on ground: Colour) -> Colour? {
        guard let json, !json.isNull else { return nil }
        guard let colour = json.string.flatMap(Colour.init(hex:)) else {
            refuse(field, "give a colour as #RRGGBB, such as \(Colours.standard.light.hex)")
            return nil
        }
        let contrast = colour.contrast(to: ground)
        guard contrast < Colour.leastContrast else { return colour }
        refuse(
            field,
            "\(colour.hex) has a contrast of \(Colour.shown(contrast)) to the dialog's ground \(ground.hex), and boxes and buttons need "
                + "\(Colour.shown(Colour.leastContrast)) (WCAG 2.2, 1.4.11); "
                + "the nearest that has it is \(colour.readable(on: ground).hex)")
        return nil
    }

    mutating func words(_ json: JSON?, _ field: String) -> [String] {
        guard let json, !json.isNull else { return [] }
        guard let list = json.array, list.count <= 50, list.allSatisfy({ $0.string != nil }) else {
            refuse(field, "give a list of at most 50 names of purposes")
            return []
        }
        let names = list.compactMap(\.string)
        if Set(names).count < names.count { refuse(field, "a purpose stands here twice") }
        return names
    }

    mutating func contact(_ json: JSON?) -> String? {
        guard let json, !json.isNull else { return nil }
        let schemes = ["https://", "mailto:", "tel:"]
        if let text = json.string, text.count <= 500, !text.contains(where: \.isWhitespace),
            schemes.contains(where: { text.hasPrefix($0) && text.count > $0.count })
        {
            return text
        }
        refuse("contact", "give an address that begins with https://, mailto: or tel:, of at most 500 characters")
        return nil
    }

    /// The tenant's words. A language that the plugin does not speak must have all of them.
    mutating func texts(_ json: JSON?) -> [String: [String: String]] {
        guard let json, !json.isNull, let languages = object(json, "texts", known: nil) else { return [:] }
        var texts: [String: [String: String]] = [:]
        for (language, given) in languages.members {
            let path = "texts.\(language.prefix(35))"
            guard LanguageTag.isOne(language) else {
                refuse(path, "give a language tag such as de or pt-BR (BCP 47)")
                continue
            }
            guard let own = object(given, path, known: Words.names) else { continue }
            var words: [String: String] = [:]
            for (name, value) in own.members where Words.names.contains(name) && !value.isNull {
                words[name] = word(value, name, "\(path).\(name)")
            }
            let builtIn = Words.builtIn(language)
            let missing = Words.names.filter { builtIn?[$0] == nil && own[$0]?.isNull ?? true }
            if !missing.isEmpty {
                refuse(path, "the plugin has no words in this language; give \(missing.joined(separator: ", ")) too")
            }
            texts[language] = words
        }
        return texts
    }

    private mutating func word(_ json: JSON, _ name: String, _ field: String) -> String? {
        let limit = Words.limit(of: name)
        guard let text = json.string, text.contains(where: { !$0.isWhitespace }), text.count <= limit else {
            refuse(field, "give text of at most \(limit) characters")
            return nil
        }
        if let wanted = Words.placeholder(in: name), !text.contains(wanted) {
            refuse(field, "write \(wanted) where it is to stand")
            return nil
        }
        return text
    }
}
